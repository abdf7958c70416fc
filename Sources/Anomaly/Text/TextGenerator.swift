/// A language model as the text methods need it: an instruction and a question in, text out.
///
/// The engine that implements it lives elsewhere; the methods here are pure apart from this call, so that they can be
/// tested with written replies and replayed.
public protocol TextGenerator: Sendable {
    /// The reply to `question` under `instruction`, of at most `limit` tokens.
    func generate(instruction: String, question: String, limit: Int) async throws -> String
}

/// A model that is shown pictures as well: captioner, vision-language model and language model in one.
public protocol PictureNarrator: TextGenerator {
    /// The reply to `question` about `moments`, in order of time, of at most `limit` tokens.
    func answer(_ question: String, about moments: [SeenMoment], limit: Int) async throws -> String
}

extension PictureNarrator {
    /// What one moment shows, in a sentence.
    func caption(_ moment: SeenMoment) async throws -> String {
        let reply = try await answer(
            "Describe in one short sentence who and what is seen, and what happens.", about: [moment], limit: 60)
        return reply.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }
}
