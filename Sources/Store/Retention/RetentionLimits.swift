/// How long what is known of one camera is kept, in days since it was written; nil keeps it for ever. What was ingested
/// from an old file counts from its ingest.
public struct RetentionLimits: Sendable, Equatable {
    /// Events, since they ended or were last changed.
    public var eventsDays: Double?
    /// Values of curves.
    public var scoresDays: Double?
    /// Rows that index encodings.
    public var encodingsDays: Double?

    /// Keeps for these numbers of days.
    public init(
        eventsDays: Double? = nil, scoresDays: Double? = nil, encodingsDays: Double? = nil
    ) {
        self.eventsDays = eventsDays
        self.scoresDays = scoresDays
        self.encodingsDays = encodingsDays
    }
}

/// What retention removed of one camera.
public struct RetentionOutcome: Sendable, Equatable {
    /// Events.
    public var events = 0
    /// Days of curves.
    public var scoreDays = 0
    /// Days of rows that index encodings.
    public var indexDays = 0

    /// Nothing yet.
    public init() {}
}
