import Base

/// What a ``LiveSource`` gives.
public enum LiveItem: Sendable {
    /// The camera's connection changed, or an attempt failed.
    case state(ConnectionState)
    /// A frame; it belongs to the connection of the `live` state before it.
    case frame(LiveFrame)
}

/// A camera's states and frames in their order: `live` before a connection's frames, its end after them. When the
/// consumer is slow, old frames give way to new ones; states never do.
public struct LiveItems: AsyncSequence, Sendable {
    /// States and frames.
    public typealias Element = LiveItem
    /// Losses are states, not errors.
    public typealias Failure = Never

    private let stages: BoundedQueue<LiveSource.Stage>

    init(_ stages: BoundedQueue<LiveSource.Stage>) { self.stages = stages }

    /// One consumer only.
    public func makeAsyncIterator() -> Iterator { Iterator(stages: stages) }

    /// Takes frames of the current connection until it is lost, then what comes next.
    public struct Iterator: AsyncIteratorProtocol {
        let stages: BoundedQueue<LiveSource.Stage>
        private var frames: BoundedQueue<LiveFrame>?

        init(stages: BoundedQueue<LiveSource.Stage>) { self.stages = stages }

        /// The next item; nil once the source was stopped or the task is cancelled.
        public mutating func next() async -> LiveItem? {
            while true {
                if let frame = try? await frames?.next() { return .frame(frame) }
                frames = nil
                switch try? await stages.next() {
                case .state(let state): return .state(state)
                case .frames(let queue): frames = queue
                case nil: return nil
                }
            }
        }
    }
}
