/// What an erasure removed from the database.
public struct ErasureOutcome: Sendable, Equatable {
    /// Events that touched the span.
    public let events: Int
    /// Values of curves inside it.
    public let scores: Int

    /// Gathers the counts.
    public init(events: Int, scores: Int) {
        self.events = events
        self.scores = scores
    }
}
