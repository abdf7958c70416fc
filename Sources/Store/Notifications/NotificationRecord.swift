public import Base

/// A notification that was decided and is not stored yet.
public struct NewNotification: Sendable, Equatable {
    /// Names it for ever.
    public let key: String
    /// `alert`, `escalation`, `update`, `end`, `summary` or `test`.
    public let kind: String
    /// The first event of what belongs together.
    public let incidentID: Int64
    /// The events that it tells of.
    public let eventIDs: [Int64]
    /// What is told, as JSON.
    public let payload: String

    /// Gathers the parts.
    public init(key: String, kind: String, incidentID: Int64, eventIDs: [Int64], payload: String) {
        (self.key, self.kind, self.incidentID) = (key, kind, incidentID)
        (self.eventIDs, self.payload) = (eventIDs, payload)
    }
}

/// A notification that waits for its receiver, or was given up.
public struct NotificationRecord: Sendable, Equatable {
    /// Grows in the order in which notifications were decided.
    public let id: Int64
    /// Names it for ever.
    public let key: String
    /// Who is told.
    public let receiver: String
    /// See ``NewNotification/kind``.
    public let kind: String
    /// The first event of what belongs together.
    public let incidentID: Int64
    /// The events that it tells of.
    public let eventIDs: [Int64]
    /// What is told, as JSON.
    public let payload: String
    /// When it was decided, and when it is tried next.
    public let madeAt, nextTryAt: WallTime
    /// How often it was tried in vain.
    public let tries: Int
    /// When it was given up; nil while it waits.
    public let givenUpAt: WallTime?
    /// Why the last try failed.
    public let problem: String?

    static let columns = """
        id, key, receiver, kind, incident_id, array_to_string(event_ids, ' ') AS event_ids, payload, made_at, next_try_at, \
        tries, given_up_at, problem
        """

    init(_ row: Row) throws(StoreError) {
        id = try row.integer("id")
        (key, receiver, kind) = (try row.text("key"), try row.text("receiver"), try row.text("kind"))
        incidentID = try row.integer("incident_id")
        eventIDs = try row.text("event_ids").split(separator: " ").compactMap { Int64($0) }
        payload = try row.text("payload")
        (madeAt, nextTryAt) = (try row.time("made_at"), try row.time("next_try_at"))
        tries = Int(try row.integer("tries"))
        givenUpAt = try row.optionalTime("given_up_at")
        problem = try row.optionalText("problem")
    }
}

/// How a receiver stands.
public struct ReceiverStanding: Sendable, Equatable {
    /// `webhook`, `mqtt` or `email`.
    public let name: String
    /// The last change that was looked at for it.
    public let lastChange: Int64
    /// What deciding about the next change needs to know.
    public let state: String
    /// How many it has taken.
    public let delivered: Int64
    /// When it took the last one.
    public let deliveredAt: WallTime?
    /// Since when it takes none; nil while it does.
    public let failingSince: WallTime?
    /// Why it did not take the last one.
    public let problem: String?
    /// How many wait, and how many were given up.
    public let waiting, givenUp: Int64
    /// When the oldest that waits was decided; nil when none does.
    public let oldestAt: WallTime?

    init(_ row: Row) throws(StoreError) {
        name = try row.text("name")
        lastChange = try row.integer("last_change")
        state = try row.text("state")
        delivered = try row.integer("delivered")
        deliveredAt = try row.optionalTime("delivered_at")
        failingSince = try row.optionalTime("failing_since")
        problem = try row.optionalText("problem")
        (waiting, givenUp) = (try row.integer("waiting"), try row.integer("given_up"))
        oldestAt = try row.optionalTime("oldest_at")
    }
}
