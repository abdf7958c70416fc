internal import Base

/// Decides how often the growth of an open event is told: often while it is young, at least once a minute later.
struct ExtensionPace: Sendable {
    private static let shortest = 5.0
    private static let longest = 60.0
    private static let share = 0.1

    private var toldEnd: WallTime?

    /// Whether an event that began at `start` and has evidence up to `end` is to be told again.
    mutating func isDue(start: WallTime, end: WallTime) -> Bool {
        let step = min(max(Self.shortest, Self.share * end.seconds(since: start)), Self.longest)
        if let toldEnd, toldEnd >= start, end.seconds(since: toldEnd) < step { return false }
        toldEnd = end
        return true
    }

    /// Takes note that the event was told with this end.
    mutating func told(end: WallTime) { toldEnd = end }
}
