/// A sentence as a text encoder sees it.
public struct TextEncoding: Sendable, Equatable {
    /// The sentence.
    public let text: String
    /// The encoder's projected vector [D], L2-normalised.
    public let values: [Float]

    /// The sentence `text`, encoded as `values`.
    public init(text: String, values: [Float]) {
        self.text = text
        self.values = values
    }
}
