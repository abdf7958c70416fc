internal import Base

/// Where a reply's pieces wait for their reader: bounded in bytes by the transfer, which holds back what does not fit.
final class StreamHandOver: Sendable {
    private let queue = BoundedQueue<StreamItem>(countLimit: .max)
    private let capacity: Int
    /// Bytes that wait.
    private let waiting = Locked(0)

    init(capacity: Int) { self.capacity = max(1, capacity) }

    /// Hands `item` over; false when there is no room for it now. One that is larger than all room is taken when nothing
    /// waits, so that nothing can block for ever.
    func add(_ item: StreamItem) -> Bool {
        guard hasRoom(for: item.cost) else { return false }
        waiting.withLock { $0 += item.cost }
        // A reader that has left needs no more of it.
        queue.offer(item)
        return true
    }

    /// Whether an item of this many bytes would be taken.
    func hasRoom(for cost: Int) -> Bool { waiting.withLock { $0 == 0 || $0 + cost <= capacity } }

    /// The next item, waiting for it; nil at the end. Throws what ``finish(throwing:)`` was given.
    func next() async throws -> StreamItem? {
        let item = try await queue.next()
        if let item { waiting.withLock { $0 -= item.cost } }
        return item
    }

    /// There is no more; what waits is still given.
    func finish(throwing error: OutboundError? = nil) { queue.finish(throwing: error) }
}
