public import Base
internal import Foundation

/// What a receiver is told, as JSON; also what is kept until it has taken it.
public struct NotificationBody: Codable, Sendable, Equatable {
    /// The event that made the announcement; the keys are those of `events list`.
    public struct Event: Codable, Sendable, Equatable {
        let id: Int64
        let camera: String
        let kind: String
        let reason: String?
        let query: String?
        let start: String
        let end: String
        let open: Bool
        let score: Double
        let description: String?
        let verdict: String?
    }

    /// What belongs together.
    public struct Incident: Codable, Sendable, Equatable {
        /// The first event.
        public let id: Int64
        let start: String
        let end: String
        let open: Bool
        /// Who saw it.
        public let cameras: [String]
        /// What it is: queries by name, `anomaly`, `blind`.
        public let sources: [String]
        let eventIds: [Int64]
    }

    /// Names the notification for ever.
    public let id: String
    /// What it is.
    public let kind: Announcement.Kind
    /// When it was decided.
    public let madeAt: String
    /// One line for people.
    public let title: String
    /// One or more sentences for people.
    public let text: String
    /// What belongs together.
    public let incident: Incident
    /// The event that made it; null for a summary.
    public let event: Event?
    /// Alerts of the same source that were held back since the last one; of a summary, how many incidents it sums up.
    public let heldBack: Int

    /// What to say of `announcement`.
    public init(_ announcement: Announcement, id: String, madeAt: WallTime) {
        self.id = id
        kind = announcement.kind
        self.madeAt = madeAt.description
        title = NotificationText.title(announcement)
        text = NotificationText.text(announcement)
        incident = Incident(
            id: announcement.incidentID, start: announcement.start.description, end: announcement.end.description,
            open: announcement.isOpen, cameras: announcement.cameras, sources: announcement.sources,
            eventIds: announcement.eventIDs)
        event = announcement.occurrence.map(Event.init)
        heldBack = announcement.heldBack
    }

    /// Reads what ``json`` wrote; nil for anything else.
    public init?(json: String) {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        guard let body = try? decoder.decode(NotificationBody.self, from: Data(json.utf8)) else { return nil }
        self = body
    }

    /// The body, keys sorted and in snake case.
    public var json: String {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) } ?? "{}"
    }
}

extension NotificationBody.Event {
    init(_ occurrence: Occurrence) {
        (id, camera, kind) = (occurrence.eventID, occurrence.camera, occurrence.kind)
        reason = kind == "query" ? nil : occurrence.name
        query = kind == "query" ? occurrence.name : nil
        (start, end) = (occurrence.start.description, occurrence.end.description)
        open = occurrence.isOpen
        score = (occurrence.score * 10_000).rounded() / 10_000
        (description, verdict) = (occurrence.description, occurrence.verdict)
    }
}

/// The words of notifications.
enum NotificationText {
    /// One line: where, and what.
    static func title(_ announcement: Announcement) -> String {
        let place = announcement.cameras.joined(separator: ", ")
        switch announcement.kind {
        case .test: return "alertd: a test"
        case .summary:
            let count = announcement.heldBack
            return "quiet hours: \(count) \(count == 1 ? "incident" : "incidents") on \(place)"
        case .alert, .escalation, .update, .end:
            let what = announcement.occurrence.map(subject) ?? announcement.sources.joined(separator: ", ")
            let more = announcement.kind == .escalation ? " (growing)" : announcement.kind == .end ? " (over)" : ""
            return "\(place): \(what)\(more)"
        }
    }

    /// Sentences: what was seen, when, and what was held back.
    static func text(_ announcement: Announcement) -> String {
        if announcement.kind == .test { return "This is a test. Nothing was seen." }
        var lines: [String] = []
        if let words = announcement.occurrence?.description { lines.append(words) }
        let span = "\(announcement.start) to \(announcement.end)\(announcement.isOpen ? ", going on" : "")"
        lines.append("\(announcement.cameras.joined(separator: ", ")): \(announcement.sources.joined(separator: ", "))")
        lines.append(span)
        if announcement.kind == .summary {
            lines.append("\(announcement.heldBack) incidents, \(announcement.eventIDs.count) events, not told before")
        } else if announcement.heldBack > 0 {
            lines.append("\(announcement.heldBack) more were held back by the rate limit")
        }
        return lines.joined(separator: "\n")
    }

    private static func subject(_ occurrence: Occurrence) -> String {
        switch occurrence.kind {
        case "query": occurrence.name
        case "blind": occurrence.isOpen ? "the camera is blind (\(occurrence.name))" : "the camera sees again"
        default: "\(occurrence.kind) (\(occurrence.name))"
        }
    }
}
