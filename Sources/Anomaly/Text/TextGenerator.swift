/// A language model as the text methods need it: an instruction and a question in, text out.
///
/// The engine that implements it lives elsewhere; the methods here are pure apart from this call, so that they can be
/// tested with written replies and replayed.
public protocol TextGenerator: Sendable {
    /// The reply to `question` under `instruction`, of at most `limit` tokens.
    func generate(instruction: String, question: String, limit: Int) async throws -> String
}
