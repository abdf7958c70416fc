import Base
import Store

/// A change of an event as `events watch` prints it.
struct ChangeLine: Encodable {
    private let change: EventChange

    init(_ change: EventChange) { self.change = change }

    private enum Key: String, CodingKey {
        case changeId, change, committedAt, id, kind, event
    }

    /// `event` has the keys of `events list`; it is null when the event is gone.
    func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(change.id, forKey: .changeId)
        try container.encode(change.change.rawValue, forKey: .change)
        try container.encode(change.committedAt.description, forKey: .committedAt)
        try container.encode(change.eventID, forKey: .id)
        try container.encode(change.kind, forKey: .kind)
        try container.encode(change.event.map(EventLine.init), forKey: .event)
    }

    /// One line for people.
    var text: String {
        let head = "\(change.committedAt)  \(change.change.rawValue) event \(change.eventID)"
        guard let event = change.event else { return head + "  \(change.kind)  gone: merged into another, or erased" }
        let words = [
            event.camera, EventLine(event).source, event.during.start.description,
            "\(Rounded.milliseconds(event.during.seconds)) s", "score \(Rounded.score(event.score))",
            event.description ?? "",
        ]
        return ([head] + words.filter { !$0.isEmpty }).joined(separator: "  ")
    }
}
