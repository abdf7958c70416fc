public import Base
public import Store

/// As much of an event as deciding about notifications needs.
public struct Occurrence: Sendable, Equatable {
    /// The event's number.
    public let eventID: Int64
    /// The camera's name.
    public let camera: String
    /// `query`, `anomaly` or `blind`.
    public let kind: String
    /// A query's name, an anomaly's lane, why a camera is blind.
    public let name: String
    /// `[start, end)`; the end is the last evidence so far while it is open.
    public let start, end: WallTime
    /// Whether evidence may still extend it.
    public let isOpen: Bool
    /// How well it fits its source.
    public let score: Double
    /// Sentences for people.
    public let description: String?
    /// What somebody said about it.
    public let verdict: String?
    /// Whether it is of a recording that was analysed, not of a live camera.
    public let isRecording: Bool

    /// Gathers the parts.
    public init(
        eventID: Int64, camera: String, kind: String, name: String, start: WallTime, end: WallTime, isOpen: Bool,
        score: Double = 1, description: String? = nil, verdict: String? = nil, isRecording: Bool = false
    ) {
        (self.eventID, self.camera, self.kind, self.name) = (eventID, camera, kind, name)
        (self.start, self.end, self.isOpen, self.score) = (start, end, isOpen, score)
        (self.description, self.verdict, self.isRecording) = (description, verdict, isRecording)
    }

    /// The part of a stored event.
    public init(_ event: EventRecord) {
        self.init(
            eventID: event.id, camera: event.camera, kind: event.kind,
            name: event.query ?? event.reason ?? event.kind, start: event.during.start, end: event.during.end,
            isOpen: event.isOpen, score: event.score, description: event.description, verdict: event.verdict,
            isRecording: event.clock == .file)
    }

    /// What rates and filters go by: a query's name, `anomaly` or `blind`.
    var source: String { kind == "query" ? name : kind }

    /// Changes with everything that an update tells, and is the same in every process.
    var fingerprint: UInt64 {
        Self.digest(["\(end.microseconds)", "\(isOpen)", "\(score)", words].joined(separator: "|"))
    }

    /// What people said and read about it.
    private var words: String { "\(description ?? "")|\(verdict ?? "")" }

    /// Changes with what people said and read about it.
    var wordsDigest: UInt64 { Self.digest(words) }

    /// FNV-1a, 64 bits: unlike `Hasher`, the same in every process.
    private static func digest(_ text: String) -> UInt64 {
        text.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
