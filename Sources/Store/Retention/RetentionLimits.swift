/// How long what is known of one camera is kept, in days since it was written; nil keeps it for ever. What was ingested
/// from an old file counts from its ingest.
public struct RetentionLimits: Sendable, Equatable {
    /// Events, since they ended or were last changed.
    public var eventsDays: Double?
    /// Values of curves.
    public var scoresDays: Double?
    /// Files of encodings, and the rows that index them.
    public var encodingsDays: Double?
    /// Most bytes of encodings; the oldest files go first.
    public var encodingsBytes: Int64?

    /// Keeps for these numbers of days.
    public init(
        eventsDays: Double? = nil, scoresDays: Double? = nil, encodingsDays: Double? = nil, encodingsBytes: Int64? = nil
    ) {
        self.eventsDays = eventsDays
        self.scoresDays = scoresDays
        self.encodingsDays = encodingsDays
        self.encodingsBytes = encodingsBytes
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
