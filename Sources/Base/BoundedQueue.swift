import Synchronization

/// A first-in first-out hand-over between one producer and one consumer, bounded in count and in cost (bytes).
///
/// When it is full, a recording's producer waits (``push(_:)``) and a live camera's oldest element is dropped and
/// counted (``offer(_:)``). An element that alone exceeds the cost bound is still taken when the queue is empty, so
/// that nothing can block for ever.
public final class BoundedQueue<Element: Sendable>: Sendable {
    private struct State {
        var elements: [(element: Element, cost: Int)] = []
        var head = 0
        var cost = 0
        var dropped = 0
        var isFinished = false
        var failure: (any Error)?
        var consumer: CheckedContinuation<Element?, any Error>?
        var producer: CheckedContinuation<Void, Never>?

        var count: Int { elements.count - head }

        mutating func removeFirst() -> Element {
            let first = elements[head]
            head += 1
            cost -= first.cost
            if head > 64, head * 2 > elements.count {
                elements.removeFirst(head)
                head = 0
            }
            return first.element
        }

        mutating func takeConsumer() -> CheckedContinuation<Element?, any Error>? {
            defer { consumer = nil }
            return consumer
        }

        mutating func takeProducer() -> CheckedContinuation<Void, Never>? {
            defer { producer = nil }
            return producer
        }
    }

    private let countLimit: Int
    private let costLimit: Int
    private let costOf: @Sendable (Element) -> Int
    private let state = Mutex(State())

    /// A queue of at most `countLimit` elements whose costs add up to at most `costLimit`.
    public init(
        countLimit: Int, costLimit: Int = .max, cost: @escaping @Sendable (Element) -> Int = { _ in 0 }
    ) {
        precondition(countLimit > 0 && costLimit > 0, "a queue needs room")
        self.countLimit = countLimit
        self.costLimit = costLimit
        self.costOf = cost
    }

    /// Elements waiting.
    public var count: Int { state.withLock { $0.count } }

    /// Elements dropped by ``offer(_:)`` so far.
    public var dropped: Int { state.withLock { $0.dropped } }

    /// Hands `element` over, waiting for room. Returns false when the queue is finished or the calling task is
    /// cancelled: the element was then not taken. One producer only.
    public func push(_ element: Element) async -> Bool {
        let cost = costOf(element)
        while true {
            if Task.isCancelled { return false }
            let isDone: Bool? = state.withLock { state in
                if state.isFinished { return false }
                guard hasRoom(for: cost, in: state) else { return nil }
                append(element, cost, to: &state)
                return true
            }
            if let isDone { return isDone }
            await waitForRoom(cost)
        }
    }

    /// Hands `element` over at once; the oldest elements make room and are counted in ``dropped``. Returns false
    /// when the queue is finished.
    @discardableResult
    public func offer(_ element: Element) -> Bool {
        let cost = costOf(element)
        return state.withLock { state in
            if state.isFinished { return false }
            while !hasRoom(for: cost, in: state) {
                _ = state.removeFirst()
                state.dropped += 1
            }
            append(element, cost, to: &state)
            return true
        }
    }

    /// The next element, waiting for one; nil once the queue is finished and empty, or the calling task is
    /// cancelled. Throws the error given to ``finish(throwing:)`` after the last element. One consumer only.
    public func next() async throws -> Element? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let producer = state.withLock { state -> CheckedContinuation<Void, Never>? in
                    precondition(state.consumer == nil, "a BoundedQueue has one consumer")
                    if state.count > 0 {
                        continuation.resume(returning: state.removeFirst())
                        return state.takeProducer()
                    }
                    if let failure = state.failure {
                        state.failure = nil
                        continuation.resume(throwing: failure)
                    } else if state.isFinished || Task.isCancelled {
                        continuation.resume(returning: nil)
                    } else {
                        state.consumer = continuation
                    }
                    return nil
                }
                producer?.resume()
            }
        } onCancel: {
            let consumer = state.withLock { $0.takeConsumer() }
            consumer?.resume(returning: nil)
        }
    }

    /// Ends the queue: what waits in it is still delivered, then nil or `error`. Later calls change nothing.
    public func finish(throwing error: (any Error)? = nil) {
        state.withLock { state in
            if state.isFinished { return }
            state.isFinished = true
            state.takeProducer()?.resume()
            guard let consumer = state.takeConsumer() else {
                state.failure = error
                return
            }
            if let error { consumer.resume(throwing: error) } else { consumer.resume(returning: nil) }
        }
    }

    private func hasRoom(for cost: Int, in state: State) -> Bool {
        state.count == 0 || (state.count < countLimit && state.cost <= costLimit - Swift.min(cost, costLimit))
    }

    private func append(_ element: Element, _ cost: Int, to state: inout State) {
        if let consumer = state.takeConsumer() {
            consumer.resume(returning: element)
        } else {
            state.elements.append((element, cost))
            state.cost += cost
        }
    }

    private func waitForRoom(_ cost: Int) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let mayGoOn = state.withLock { state in
                    precondition(state.producer == nil, "a BoundedQueue has one producer")
                    if state.isFinished || Task.isCancelled || hasRoom(for: cost, in: state) { return true }
                    state.producer = continuation
                    return false
                }
                if mayGoOn { continuation.resume() }
            }
        } onCancel: {
            let producer = state.withLock { $0.takeProducer() }
            producer?.resume()
        }
    }
}

extension BoundedQueue: AsyncSequence {
    /// Takes elements until ``BoundedQueue/next()`` gives nil.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let queue: BoundedQueue

        /// See ``BoundedQueue/next()``.
        public mutating func next() async throws -> Element? { try await queue.next() }
    }

    /// Iterates over the elements still to come.
    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(queue: self) }
}
