public import Anomaly
public import Base
public import Ingest

/// How each camera stands, for status lines, pages and metrics.
public final class CameraBoard: Sendable {
    /// One camera's standing.
    public struct Entry: Sendable {
        /// Its connection.
        public var state: ConnectionState = .connecting
        /// The moment of the last frame analysed.
        public var lastFrame: WallTime?
        /// Frames analysed.
        public var framesAnalysed = 0
        /// Frames among them that shared the encoding of an earlier one.
        public var framesReused = 0
        /// Frames that were not analysed, since they showed nothing: frozen or covered.
        public var framesBlind = 0
        /// What is wrong with the pictures now.
        public var faults: [Event.BlindReason] = []
        /// What was read, up to the last change of state.
        public var statistics = LiveStatistics()
        /// How old the last frame was when its analysis began, in seconds.
        public var lag = 0.0
        /// How often frames stopped coming, by `IngestError.kind`.
        public var losses: [String: Int] = [:]
        /// Its anomaly scoring, a minute old at most; nil before its first frame.
        public var anomalies: AnomalyStanding?
    }

    private let entries = Locked<[CameraID: Entry]>([:])

    /// An empty board.
    public init() {}

    /// All cameras that are watched.
    public var all: [CameraID: Entry] { entries.withLock { $0 } }

    /// Changes the entry of `camera`, making it if it is missing.
    func update(_ camera: CameraID, _ change: (inout Entry) -> Void) {
        entries.withLock { change(&$0[camera, default: Entry()]) }
    }

    /// Forgets a camera that is no longer watched.
    func remove(_ camera: CameraID) { entries.withLock { $0[camera] = nil } }
}
