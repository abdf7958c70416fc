/// A half-open span of time `[start, end)` in UTC; `start ≤ end`.
public struct TimeSpan: Hashable, Sendable {
    /// First moment inside the span.
    public let start: WallTime
    /// First moment after the span.
    public let end: WallTime

    /// The span `[start, end)`; `start` must not lie after `end`.
    public init(start: WallTime, end: WallTime) {
        precondition(start <= end, "span \(start) … \(end)")
        self.start = start
        self.end = end
    }

    /// Length in seconds.
    public var seconds: Double { end.seconds(since: start) }

    /// Temporal intersection over union with `other` in 0…1; 0 when both are empty.
    public func intersectionOverUnion(_ other: TimeSpan) -> Double {
        let shared = max(0, min(end, other.end).seconds(since: max(start, other.start)))
        let union = seconds + other.seconds - shared
        return union > 0 ? shared / union : 0
    }

    /// Whether the two spans share a moment.
    public func overlaps(_ other: TimeSpan) -> Bool { start < other.end && other.start < end }
}
