import Pipeline

/// Says which words of a sentence the encoder cannot know, since no score can be better than its words.
enum UnknownWords {
    static func warn(about text: String, engine: InferenceEngine) async throws {
        let unknown = try await engine.unknownWords(in: text)
        guard !unknown.isEmpty else { return }
        let words = unknown.map { "\"\($0)\"" }.joined(separator: ", ")
        StandardStreams.complain("alertd: the encoder does not know \(words): expect poor matches")
    }
}
