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
    private let state = Locked(State())

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
            let (isTaken, waiter): (Bool?, Waiter) = state.withLock { state in
                if state.isFinished { return (false, .none) }
                guard hasRoom(for: cost, in: state) else { return (nil, .none) }
                return (true, append(element, cost, to: &state))
            }
            waiter.resume()
            if let isTaken { return isTaken }
            await waitForRoom(cost)
        }
    }

    /// Hands `element` over at once; the oldest elements make room and are counted in ``dropped``. Returns false
    /// when the queue is finished.
    @discardableResult
    public func offer(_ element: Element) -> Bool {
        let cost = costOf(element)
        let waiter: Waiter? = state.withLock { state in
            if state.isFinished { return nil }
            while !hasRoom(for: cost, in: state) {
                _ = state.removeFirst()
                state.dropped += 1
            }
            return append(element, cost, to: &state)
        }
        waiter?.resume()
        return waiter != nil
    }

    /// The next element, waiting for one; nil once the queue is finished and empty, or the calling task is
    /// cancelled. Throws the error given to ``finish(throwing:)`` after the last element. One consumer only.
    public func next() async throws -> Element? {
        try await withTaskCancellationHandler {
            try await withCheckedThrowingContinuation { continuation in
                let waiters = state.withLock { take(from: &$0, continuation) }
                for waiter in waiters { waiter.resume() }
            }
        } onCancel: {
            let consumer = state.withLock { $0.takeConsumer() }
            consumer?.resume(returning: nil)
        }
    }

    /// Ends the queue: what waits in it is still delivered, then nil or `error`. Later calls change nothing.
    public func finish(throwing error: (any Error)? = nil) {
        let waiters: [Waiter] = state.withLock { state in
            if state.isFinished { return [] }
            state.isFinished = true
            let producer = state.takeProducer().map { Waiter.producer($0) } ?? .none
            guard let consumer = state.takeConsumer() else {
                state.failure = error
                return [producer]
            }
            return [producer, error.map { .failed(consumer, $0) } ?? .consumer(consumer, nil)]
        }
        for waiter in waiters { waiter.resume() }
    }

    /// Who goes on after a change of state. Nobody is resumed under the lock: resuming takes the task's own lock, which a
    /// cancellation holds while its handler waits for ours.
    private enum Waiter {
        case none
        case consumer(CheckedContinuation<Element?, any Error>, Element?)
        case failed(CheckedContinuation<Element?, any Error>, any Error)
        case producer(CheckedContinuation<Void, Never>)

        func resume() {
            switch self {
            case .none: break
            case .consumer(let continuation, let element): continuation.resume(returning: element)
            case .failed(let continuation, let error): continuation.resume(throwing: error)
            case .producer(let continuation): continuation.resume()
            }
        }
    }

    /// Gives `continuation` the first element, or the end, or lets it wait.
    private func take(from state: inout State, _ continuation: CheckedContinuation<Element?, any Error>) -> [Waiter] {
        precondition(state.consumer == nil, "a BoundedQueue has one consumer")
        if state.count > 0 {
            let producer = state.takeProducer().map { Waiter.producer($0) } ?? .none
            return [.consumer(continuation, state.removeFirst()), producer]
        }
        if let failure = state.failure {
            state.failure = nil
            return [.failed(continuation, failure)]
        }
        if state.isFinished || Task.isCancelled { return [.consumer(continuation, nil)] }
        state.consumer = continuation
        return []
    }

    private func hasRoom(for cost: Int, in state: State) -> Bool {
        state.count == 0 || (state.count < countLimit && state.cost <= costLimit - Swift.min(cost, costLimit))
    }

    private func append(_ element: Element, _ cost: Int, to state: inout State) -> Waiter {
        if let consumer = state.takeConsumer() { return .consumer(consumer, element) }
        state.elements.append((element, cost))
        state.cost += cost
        return .none
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
