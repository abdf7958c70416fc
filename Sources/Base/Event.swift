/// Something that happened in front of a camera: a span of time, why it is believed, and how sure that is.
public struct Event: Sendable, Equatable {
    /// What made the event.
    public enum Source: Hashable, Sendable {
        /// A natural-language query matched, named or, for a one-off query, by its text.
        case query(name: String, text: String)
        /// An anomaly lane (`normality`, …) exceeded its threshold.
        case anomaly(lane: String)
        /// The camera could not be watched.
        case blind(reason: BlindReason)

        /// The event's kind as users see it.
        public var kind: String {
            switch self {
            case .query: "query"
            case .anomaly: "anomaly"
            case .blind: "blind"
            }
        }

        /// The stored form: `query:NAME`, `anomaly:LANE`, `blind:REASON`.
        public var key: String {
            switch self {
            case .query(let name, _): "query:" + name
            case .anomaly(let lane): "anomaly:" + lane
            case .blind(let reason): "blind:" + reason.rawValue
            }
        }
    }

    /// Why a camera could not be watched.
    public enum BlindReason: String, Sendable, CaseIterable {
        case noStream = "no_stream"
        case frozen, covered, defocused, moved
    }

    /// The camera.
    public let camera: CameraID
    /// What made the event.
    public let source: Source
    /// `[start, end)`; while the event is open, `end` is the last evidence so far.
    public var during: TimeSpan
    /// How far the start may be off, in seconds.
    public var startError: Double
    /// How far the end may be off, in seconds.
    public var endError: Double
    /// Whether evidence may still extend the event.
    public var isOpen: Bool
    /// How well the span matches its source; a query's score is a probability.
    public var score: Double
    /// Highest anomaly score inside the span, if one was computed.
    public var anomalyScore: Double?
    /// Where in the picture, if known.
    public var box: Box?
    /// Where its times come from.
    public let clock: ClockSource

    /// Gathers the parts of an event.
    public init(
        camera: CameraID, source: Source, during: TimeSpan, startError: Double, endError: Double, isOpen: Bool,
        score: Double, anomalyScore: Double?, box: Box?, clock: ClockSource
    ) {
        self.camera = camera
        self.source = source
        self.during = during
        self.startError = startError
        self.endError = endError
        self.isOpen = isOpen
        self.score = score
        self.anomalyScore = anomalyScore
        self.box = box
        self.clock = clock
    }
}
