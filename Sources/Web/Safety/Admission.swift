internal import Base

/// How many requests are answered at once; one more is refused rather than queued, so that a flood stays outside.
final class Admission: Sendable {
    private let most: Int
    private let count = Locked(0)

    init(most: Int) { self.most = most }

    /// Requests that are being answered.
    var current: Int { count.withLock { $0 } }

    /// Takes a place; false when there is none.
    func enter() -> Bool {
        count.withLock { count in
            if count >= most { return false }
            count += 1
            return true
        }
    }

    /// Gives a place back.
    func leave() { count.withLock { $0 -= 1 } }
}
