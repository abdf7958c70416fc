import Base

/// A condition that must last before it counts, and must stay away before it no longer does.
struct Hysteresis: Sendable {
    /// What became of it.
    enum Turn: Equatable {
        /// It counts, since then.
        case began(WallTime)
        /// It no longer does, since then.
        case ended(WallTime)
    }

    /// Since when it counts; nil while it does not.
    private(set) var activeSince: WallTime?
    private var pendingSince: WallTime?

    /// Since when it counts or may be about to; nil when nothing speaks for it.
    var suspectedSince: WallTime? { activeSince ?? pendingSince }

    /// Whether it counts or is about to.
    var isSuspected: Bool { suspectedSince != nil }

    /// Whether it counts and is about not to.
    var isEnding: Bool { activeSince != nil && pendingSince != nil }

    /// The condition holds at `time`, or not, or cannot be told (nil), which changes nothing.
    mutating func note(_ holds: Bool?, at time: WallTime, beginAfter: Double, endAfter: Double) -> Turn? {
        guard let holds else { return nil }
        guard holds != (activeSince != nil) else {
            pendingSince = nil
            return nil
        }
        let since = pendingSince ?? time
        pendingSince = since
        guard time.seconds(since: since) >= (holds ? beginAfter : endAfter) else { return nil }
        pendingSince = nil
        activeSince = holds ? since : nil
        return holds ? .began(since) : .ended(since)
    }

    /// Whatever was about to happen starts anew.
    mutating func interrupt() { pendingSince = nil }

    /// It no longer counts, without waiting. Returns whether it did.
    mutating func end() -> Bool {
        defer { (activeSince, pendingSince) = (nil, nil) }
        return activeSince != nil
    }
}
