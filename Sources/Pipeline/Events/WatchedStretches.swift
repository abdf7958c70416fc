internal import Base

/// The latest unbroken stretches of frames of one camera, oldest first, bounded in count: no event reaches beyond the
/// stretch in which it was seen.
struct WatchedStretches: Sendable {
    private static let capacity = 64

    private var stretches: [TimeSpan] = []
    private var isEnded = true

    /// The next frame of the present stretch, or the first one of a new stretch.
    mutating func extend(to time: WallTime) {
        if isEnded {
            stretches.append(TimeSpan(start: time, end: time))
            if stretches.count > Self.capacity { stretches.removeFirst() }
            isEnded = false
        } else {
            lengthen(to: time)
        }
    }

    /// The present stretch reaches to `end`, without another frame.
    mutating func lengthen(to end: WallTime) {
        guard !isEnded, let last = stretches.last, end > last.end else { return }
        stretches[stretches.count - 1] = TimeSpan(start: last.start, end: end)
    }

    /// The next frame begins a new stretch.
    mutating func end() { isEnded = true }

    /// The stretch in which evidence from `first` through `last` was seen; the evidence's own span when it is forgotten.
    func stretch(around first: WallTime, through last: WallTime) -> TimeSpan {
        let found = stretches.last { $0.start <= first && first <= $0.end }
        return found.map { TimeSpan(start: $0.start, end: max($0.end, last)) } ?? TimeSpan(start: first, end: last)
    }
}
