internal import Base
public import Store

/// A change of an event as `events watch` and the HTTP service's stream give it.
public struct ChangeLine: Encodable, Sendable {
    private let change: EventChange

    /// The line of `change`.
    public init(_ change: EventChange) { self.change = change }

    private enum Key: String, CodingKey {
        case changeId, change, committedAt, id, kind, event
    }

    /// `event` has the keys of `events list`; it is null when the event is gone.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(change.id, forKey: .changeId)
        try container.encode(change.change.rawValue, forKey: .change)
        try container.encode(change.committedAt.description, forKey: .committedAt)
        try container.encode(change.eventID, forKey: .id)
        try container.encode(change.kind, forKey: .kind)
        try container.encode(change.event.map(EventLine.init), forKey: .event)
    }
}
