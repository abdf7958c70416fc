import Base
import Store
import Web

/// A change of an event as `events watch` prints it for people.
enum ChangeText {
    static func line(_ change: EventChange) -> String {
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
