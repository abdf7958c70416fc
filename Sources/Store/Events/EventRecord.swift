public import Base

/// An event as it is stored: what `events list` prints.
public struct EventRecord: Sendable, Equatable {
    /// Number of the event; stays while the event is extended.
    public let id: Int64
    /// The camera's name.
    public let camera: String
    /// `query`, `anomaly` or `blind`.
    public let kind: String
    /// The anomaly's lane or why the camera was blind; nil for a query.
    public let reason: String?
    /// The query's name (its text, if it was asked once); nil unless kind is `query`.
    public let query: String?
    /// The sentence looked for; nil unless kind is `query`.
    public let queryText: String?
    /// `[start, end)`; `end` is the last evidence so far while the event is open.
    public let during: TimeSpan
    /// How far the start may be off, in seconds.
    public let startError: Double
    /// How far the end may be off, in seconds.
    public let endError: Double
    /// Whether evidence may still extend the event.
    public let isOpen: Bool
    /// How well the span fits its source; for a query, a probability.
    public let score: Double
    /// Highest anomaly score inside the span, if one was computed.
    public let anomalyScore: Double?
    /// Sentences for people.
    public let description: String?
    /// Who wrote the description: `template`, or the name of a model.
    public let descriptionOrigin: String?
    /// Where the times come from.
    public let clock: ClockSource
    /// Where in the picture, if known.
    public let box: Box?
    /// Why it is an anomaly, as a JSON object; nil for other kinds.
    public let explanation: String?
    /// What somebody said about it last: `normal` or `incident`.
    public let verdict: String?

    init(_ row: Row) throws(StoreError) {
        id = try row.integer("id")
        camera = try row.text("camera")
        kind = try row.text("kind")
        reason = try row.optionalText("reason")
        query = try row.optionalText("query")
        queryText = try row.optionalText("query_text")
        let (start, end) = (try row.time("start"), try row.time("end"))
        guard start <= end, let clock = ClockSource(rawValue: try row.text("clock")) else {
            throw .unexpectedResult(what: "read event \(id)", why: "its span or clock is malformed")
        }
        during = TimeSpan(start: start, end: end)
        self.clock = clock
        startError = try row.real("start_error")
        endError = try row.real("end_error")
        isOpen = try row.bool("open")
        score = try row.real("score")
        anomalyScore = try row.optionalReal("anomaly_score")
        description = try row.optionalText("description")
        descriptionOrigin = try row.optionalText("description_origin")
        box = try Self.box(row)
        explanation = try row.optionalText("explanation")
        verdict = try row.optionalText("verdict")
    }

    private static func box(_ row: Row) throws(StoreError) -> Box? {
        guard let left = try row.optionalReal("box_left"), let top = try row.optionalReal("box_top"),
            let right = try row.optionalReal("box_right"), let bottom = try row.optionalReal("box_bottom")
        else { return nil }
        return Box(left: left, top: top, right: right, bottom: bottom)
    }
}

/// An event to be written, with the words for it and the key that makes writing it twice the same as once.
public struct EventWrite: Sendable, Equatable {
    /// The event.
    public let event: Event
    /// Sentences for people, if there are any yet.
    public let description: String?
    /// Who wrote them: `template`, or the name of a model.
    public let descriptionOrigin: String
    /// Names this change among all of the camera's for ever: 1–2500 bytes.
    public let idempotencyKey: String
    /// How the keys of all tellings of the same thing begin, when this one replaces the earlier ones instead of joining
    /// them; ends with `/`.
    public let replaces: String?
    /// Why it is an anomaly, as a JSON object.
    public let explanation: String?

    /// Gathers the parts of a write.
    public init(
        event: Event, description: String?, descriptionOrigin: String = "template", idempotencyKey: String,
        replaces: String? = nil, explanation: String? = nil
    ) {
        self.event = event
        self.description = description
        self.descriptionOrigin = descriptionOrigin
        self.idempotencyKey = idempotencyKey
        self.replaces = replaces
        self.explanation = explanation
    }
}

/// What writing one event did.
public struct EventOutcome: Sendable, Equatable {
    /// What changed for those who listen.
    public enum Change: String, Sendable {
        /// A new event, or a closed one that goes on.
        case open
        /// Its span, score or words changed.
        case update
        /// No evidence will extend it any more.
        case close
        /// Nothing: the same was stored before.
        case none
    }

    /// The event that holds the evidence now: a new one, or the one it was merged into.
    public let id: Int64
    /// What changed.
    public let change: Change
}

/// Which events to list; nil means all.
public struct EventFilter: Sendable, Equatable {
    /// Only this camera's.
    public var camera: CameraID?
    /// Only this kind: `query`, `anomaly` or `blind`.
    public var kind: String?
    /// Only events that end after this moment.
    public var since: WallTime?
    /// Only events that start before this moment.
    public var until: WallTime?
    /// At most this many, the latest ones.
    public var limit: Int

    /// Everything, up to 1,000 events.
    public init(
        camera: CameraID? = nil, kind: String? = nil, since: WallTime? = nil, until: WallTime? = nil,
        limit: Int = 1000
    ) {
        self.camera = camera
        self.kind = kind
        self.since = since
        self.until = until
        self.limit = limit
    }
}
