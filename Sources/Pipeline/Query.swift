/// A natural-language query that a camera is watched for.
public struct Query: Sendable, Hashable {
    /// What users call it; a one-off query is named by its text.
    public let name: String
    /// The sentence.
    public let text: String

    /// A standing query called `name`.
    public init(name: String, text: String) {
        self.name = name
        self.text = text
    }

    /// A one-off query.
    public init(_ text: String) { self.init(name: text, text: text) }
}
