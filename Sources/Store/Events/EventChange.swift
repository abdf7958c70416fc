public import Base

/// One change of an event, as the table of changes keeps it.
public struct EventChange: Sendable, Equatable {
    /// Number of the change; numbers grow in the order of commits.
    public let id: Int64
    /// The event that changed.
    public let eventID: Int64
    /// `query`, `anomaly` or `blind`.
    public let kind: String
    /// What changed; never `none`.
    public let change: EventOutcome.Change
    /// When it was written.
    public let committedAt: WallTime
    /// The event as it is now, which may be later than the change; nil when it was erased or merged into another.
    public let event: EventRecord?

    init(_ row: Row) throws(StoreError) {
        id = try row.integer("change_id")
        eventID = try row.integer("event_id")
        kind = try row.text("change_kind")
        guard let change = EventOutcome.Change(rawValue: try row.text("change")) else {
            throw .unexpectedResult(what: "read change \(id)", why: "its kind is unknown")
        }
        self.change = change
        committedAt = try row.time("committed_at")
        event = try row.optionalInteger("id") == nil ? nil : try EventRecord(row)
    }
}
