public import Base

/// Something that a receiver is to be told.
public struct Announcement: Sendable, Equatable {
    /// What it is; only the first two, the summary and the test are there to wake people.
    public enum Kind: String, Sendable, Codable {
        /// Something new.
        case alert
        /// An incident grew to another query, kind or camera.
        case escalation
        /// Words, score or span changed.
        case update
        /// No evidence will extend it.
        case end
        /// What quiet hours held back.
        case summary
        /// Asked for by hand.
        case test
    }

    /// What it is.
    public let kind: Kind
    /// The first event of what belongs together; 0 for a summary.
    public let incidentID: Int64
    /// From the first start to the last end.
    public let start, end: WallTime
    /// Whether evidence may still extend it.
    public let isOpen: Bool
    /// Who saw it, by name.
    public let cameras: [String]
    /// What it is: queries by name, `anomaly`, `blind`.
    public let sources: [String]
    /// Its events.
    public let eventIDs: [Int64]
    /// The event that made this announcement; nil for a summary.
    public let occurrence: Occurrence?
    /// Alerts of the same source that were held back by the rate limit since the last one; of a summary, the incidents.
    public let heldBack: Int
}

/// An incident that quiet hours held back.
struct HeldIncident: Codable, Sendable, Equatable {
    let id: Int64
    let start: WallTime
}
