public import Base

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

/// What was read of a camera, over all its connections.
public struct LiveStatistics: Sendable, Equatable {
    /// Connections that delivered frames.
    public private(set) var connections = 0
    /// Runs in them: one a connection, more when the camera's times jump.
    public private(set) var runs = 0
    /// Frames that came out of the decoder.
    public private(set) var framesDecoded = 0
    /// Frames that were sampled, scaled and handed over.
    public private(set) var framesAnalysed = 0
    /// Sampled frames that made room for newer ones.
    public private(set) var framesDropped = 0
    /// Damage, as ``IngestStatistics/errors`` counts it.
    public private(set) var errors = 0
    /// Seconds of footage.
    public private(set) var mediaSeconds = 0.0
    /// CPU seconds for decoding and scaling.
    public private(set) var cpuSeconds = 0.0
    /// The moment of the last frame read.
    public private(set) var lastFrame: WallTime?

    /// Nothing read yet.
    public init() {}

    /// These numbers with those of one more connection.
    func adding(_ source: RTSPSource) -> LiveStatistics {
        let more = source.statistics
        var sum = self
        sum.connections += 1
        sum.runs += more.runs
        sum.framesDecoded += more.framesDecoded
        sum.framesAnalysed += more.framesAnalysed
        sum.framesDropped += source.droppedFrames
        sum.errors += more.errors
        sum.mediaSeconds += more.mediaSeconds
        sum.cpuSeconds += more.decodeCPUSeconds + more.scaleCPUSeconds
        sum.lastFrame = source.lastFrame ?? lastFrame
        return sum
    }
}
