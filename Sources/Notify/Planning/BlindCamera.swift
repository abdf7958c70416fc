internal import Base

/// A camera that is, or was a moment ago, blind: told when it stays so, and once.
struct BlindCamera: Codable, Sendable, Equatable {
    /// Its open events.
    var open: Set<Int64> = []
    /// The first of them.
    var first: Int64
    /// Since when it is blind.
    var since: WallTime
    /// Since when it sees again; nil while it does not.
    var seeingSince: WallTime?
    /// Whether it was told.
    var isTold = false
    /// What to tell: why it is blind.
    var reason: String
    /// Until when.
    var end: WallTime

    init(_ occurrence: Occurrence) {
        first = occurrence.eventID
        (since, end, reason) = (occurrence.start, occurrence.end, occurrence.name)
    }

    /// Takes what an event of it is now.
    mutating func take(_ occurrence: Occurrence, at now: WallTime) {
        reason = occurrence.name
        end = max(end, occurrence.end)
        if occurrence.isOpen {
            open.insert(occurrence.eventID)
            seeingSince = nil
        } else {
            close(occurrence.eventID, at: now)
        }
    }

    /// An event has ended, or is gone.
    mutating func close(_ event: Int64, at now: WallTime) {
        open.remove(event)
        if open.isEmpty, seeingSince == nil { seeingSince = now }
    }

    /// How long it has been blind, or has been seeing, in seconds.
    func age(at now: WallTime) -> Double { now.seconds(since: seeingSince ?? since) }
}
