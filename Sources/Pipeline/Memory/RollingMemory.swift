internal import Base

/// The most recent analysed frames of one camera, bounded in count, oldest first.
struct RollingMemory: Sendable {
    private let capacity: Int
    private var frames: [ScoredFrame] = []
    private var head = 0

    /// A memory of `capacity` frames.
    init(capacity: Int) {
        precondition(capacity > 0)
        self.capacity = capacity
    }

    /// Adds the next frame; the oldest one makes room.
    mutating func append(_ frame: ScoredFrame) {
        frames.append(frame)
        if frames.count - head > capacity { head += 1 }
        if head > capacity {
            frames.removeFirst(head)
            head = 0
        }
    }

    /// Replaces each frame by what `transform` makes of it; times must stay.
    mutating func rewrite(_ transform: (ScoredFrame) -> ScoredFrame) {
        frames = frames[head...].map(transform)
        head = 0
    }

    /// The frames of `from … through`, oldest first.
    func frames(from: WallTime, through: WallTime) -> ArraySlice<ScoredFrame> {
        let all = frames[head...]
        let first = all.partition { $0.time >= from }
        let end = all.partition { $0.time > through }
        return frames[first..<max(first, end)]
    }
}

extension ArraySlice<ScoredFrame> {
    /// Index of the first element for which `isAfter` holds; the elements are sorted so that it stays true.
    fileprivate func partition(_ isAfter: (ScoredFrame) -> Bool) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = low + (high - low) / 2
            if isAfter(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
