/// What can continue a text: a language model in this process, a remote one, or a script in tests.
public protocol TextGenerator: Sendable {
    /// What the model answers to `request` under `instructions`, as plain text of at most `mostTokens` tokens.
    ///
    /// Throws what the implementation throws; a caller falls back to rules.
    func answer(to request: String, instructions: String, mostTokens: Int) async throws -> String
}
