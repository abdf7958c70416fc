import NN

/// A Hugging Face `tokenizer.json`. Every step that the file declares is either carried out or refused by name; nothing is
/// skipped in silence.
struct TokenizerJSON {
    let file: ConfigurationFile

    /// Reads `folder/tokenizer.json`.
    init(folder: String) throws(ModelError) {
        file = try ConfigurationFile(folder: folder, name: "tokenizer.json")
    }

    /// The tokenizer that the file describes.
    func textTokenizer() throws(ModelError) -> TextTokenizer {
        let model = try model()
        let (before, after) = try marks()
        return TextTokenizer(
            added: try addedTokens(), normalizers: try normalizers(), rules: try rules(), model: model, before: before,
            after: after)
    }

    /// The tokenizer of a CLIP model.
    func clipTokenizer() throws(ModelError) -> BytePairTokenizer {
        let model = try bytePairModel()
        try checkSplit()
        var specials = try addedTokens().map { BytePairTokenizer.Special(text: $0.text, id: $0.id) }
        for text in [BytePairTokenizer.clipStart, BytePairTokenizer.clipEnd] {
            if let id = model.vocabulary[ScalarString(text)], !specials.contains(where: { $0.text == text }) {
                specials.append(.init(text: text, id: id))
            }
        }
        return try BytePairTokenizer(
            model: model, normalizers: try normalizers(), split: .clip(ignoresCase: false), specials: specials,
            start: BytePairTokenizer.clipStart, end: BytePairTokenizer.clipEnd, file: file.path)
    }

    /// CLIP's rule, with or without the special tokens in front, then bytes.
    private func checkSplit() throws(ModelError) {
        let clip = #"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"#
        let patterns = [clip, #"<\|startoftext\|>|<\|endoftext\|>|"# + clip]
        let steps = try file.object("pre_tokenizer").json["pretokenizers"]?.array ?? []
        guard steps.count == 2, steps[0]["type"]?.string == "Split", steps[1]["type"]?.string == "ByteLevel",
            let pattern = steps[0]["pattern"]?["Regex"]?.string, patterns.contains(pattern),
            steps[0]["behavior"]?.string == "Removed", steps[0]["invert"]?.bool == true,
            steps[1]["add_prefix_space"]?.bool == false
        else { throw file.refusal("pre_tokenizer", "not the rule of CLIP's tokenizer, the only one supported") }
    }
}
