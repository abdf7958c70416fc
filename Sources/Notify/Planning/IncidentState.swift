internal import Base

/// Events that belong together, as far as deciding what to tell needs to know: numbers, names and times, no words.
struct IncidentState: Codable, Sendable, Equatable {
    /// What the receiver knows of it.
    enum Standing: String, Codable {
        /// It was told.
        case told
        /// The rate limit held it back: nothing is told of it.
        case limited
        /// Quiet hours hold it back.
        case quiet
    }

    /// An event of it, as it was when it was told last.
    struct Mark: Codable, Equatable {
        var isOpen: Bool
        var fingerprint: UInt64
    }

    /// The first event.
    let id: Int64
    var start, end: WallTime
    var cameras: Set<String>
    var sources: Set<String>
    var events: [Int64: Mark]
    var standing: Standing
    /// When something was told of it, and when something of it changed.
    var lastTold, lastChanged: WallTime
    /// The event whose change is still to be told.
    var pending: Int64?
    /// Whether that change is one of words, which is told at once.
    var isPendingWords = false
    /// Whether the end was told.
    var isEndTold = false

    init(_ occurrence: Occurrence, at now: WallTime) {
        id = occurrence.eventID
        (start, end) = (occurrence.start, occurrence.end)
        cameras = [occurrence.camera]
        sources = [occurrence.source]
        events = [occurrence.eventID: Mark(isOpen: occurrence.isOpen, fingerprint: occurrence.fingerprint)]
        standing = .limited
        (lastTold, lastChanged) = (now, now)
    }

    /// Whether one of its events may still be extended.
    var isOpen: Bool { events.values.contains { $0.isOpen } }

    /// Whether an event is close enough in time to belong to it.
    func isJoined(by occurrence: Occurrence, gap: Double) -> Bool {
        occurrence.start <= end.advanced(bySeconds: gap) && occurrence.end >= start.advanced(bySeconds: -gap)
    }

    /// Takes what an event is now.
    mutating func take(_ occurrence: Occurrence, at now: WallTime) {
        start = min(start, occurrence.start)
        end = max(end, occurrence.end)
        cameras.insert(occurrence.camera)
        sources.insert(occurrence.source)
        events[occurrence.eventID] = Mark(isOpen: occurrence.isOpen, fingerprint: occurrence.fingerprint)
        lastChanged = now
    }
}
