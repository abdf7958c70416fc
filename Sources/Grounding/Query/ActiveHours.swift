public import Base

/// A part of every day by a local clock, half-open; it may run past midnight.
public struct ActiveHours: Sendable, Equatable {
    /// First minute inside, counted from midnight, 0…1439.
    public let startMinute: Int
    /// First minute after it, 1…1440; at most ``startMinute`` when midnight lies inside.
    public let endMinute: Int

    /// The hours from one minute of the day to another; nil when there are none.
    public init?(startMinute: Int, endMinute: Int) {
        guard (0..<1440).contains(startMinute), (0...1440).contains(endMinute) else { return nil }
        let end = endMinute == 0 ? 1440 : endMinute
        guard startMinute != end else { return nil }
        self.startMinute = startMinute
        self.endMinute = end
    }

    /// Whether the minute `minute` of the day (0…1439) lies inside.
    public func contains(minute: Int) -> Bool {
        startMinute < endMinute
            ? minute >= startMinute && minute < endMinute : minute >= startMinute || minute < endMinute
    }

    /// The parts of `span` inside these hours, in order; `offset` gives the local clock's seconds east of UTC at a time.
    public func parts(of span: TimeSpan, offset: (WallTime) -> Int) -> [TimeSpan] {
        let day = 86_400.0
        var parts: [TimeSpan] = []
        let local = Double(offset(span.start))
        let sinceEpoch = span.start.seconds(since: WallTime(microseconds: 0)) + local
        var midnight = span.start.advanced(bySeconds: (sinceEpoch / day).rounded(.down) * day - sinceEpoch - day)
        while midnight < span.end {
            // The clock may have been changed since the day before.
            let shift = local - Double(offset(midnight.advanced(bySeconds: day / 2)))
            let begin = midnight.advanced(bySeconds: Double(startMinute) * 60 + shift)
            let length = startMinute < endMinute ? endMinute - startMinute : 1440 - startMinute + endMinute
            let end = begin.advanced(bySeconds: Double(length) * 60)
            let (from, to) = (max(begin, span.start), min(end, span.end))
            if let last = parts.last, from < to, last.end >= from {
                parts[parts.count - 1] = TimeSpan(start: last.start, end: to)
            } else if from < to {
                parts.append(TimeSpan(start: from, end: to))
            }
            midnight = midnight.advanced(bySeconds: day)
        }
        return parts
    }
}
