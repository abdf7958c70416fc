public import Base
internal import Grounding
public import Store

/// Natural-language search over past footage: the stored encodings are scored against the sentence and assembled into
/// spans the way live events are.
public struct FootageSearch: Sendable {
    /// Where to look.
    public struct Scope: Sendable {
        /// Only this camera; nil means all.
        public var camera: CameraID?
        /// Only from this time on.
        public var since: WallTime?
        /// Only before this time.
        public var until: WallTime?

        /// Everything that `camera`, `since` and `until` leave.
        public init(camera: CameraID? = nil, since: WallTime? = nil, until: WallTime? = nil) {
            self.camera = camera
            self.since = since
            self.until = until
        }
    }

    /// A span that fits.
    public struct Hit: Sendable {
        /// The camera.
        public let camera: CameraID
        /// When.
        public let during: TimeSpan
        /// Mean saliency inside the span: the probability that the sentence holds there.
        public let score: Double
        /// A stored event that overlaps the span, the one that overlaps it best.
        public let event: EventRecord?
    }

    /// Encodings are read and scored in windows of this many seconds, which bounds memory.
    private static let window = 4 * 3600.0

    private let engine: InferenceEngine
    private let events: EventStore
    private let encodings: EncodingReader

    /// A search over what `encodings` and `events` hold, by the encoder of `engine`.
    public init(engine: InferenceEngine, events: EventStore, encodings: EncodingReader) {
        self.engine = engine
        self.events = events
        self.encodings = encodings
    }

    /// The best `limit` spans that fit `sentence`, best first; none when nothing does.
    ///
    /// Throws `ModelError` and `StoreError`.
    public func spans(for sentence: String, in scope: Scope, limit: Int) async throws -> [Hit] {
        let query = try await engine.encode(text: sentence)
        let names = try await events.cameras().compactMap { CameraID($0) }
        var found: [(camera: CameraID, event: Event)] = []
        for camera in names where scope.camera == nil || scope.camera == camera {
            for event in try await events(of: camera, query, scope) { found.append((camera, event)) }
        }
        let best = found.sorted { $0.event.score > $1.event.score }.prefix(limit)
        var hits: [Hit] = []
        for (camera, event) in best {
            let stored = try await storedEvent(camera, event.during)
            hits.append(Hit(camera: camera, during: event.during, score: event.score, event: stored))
        }
        return hits
    }

    /// The spans of one camera, in order of time.
    private func events(of camera: CameraID, _ query: TextEncoding, _ scope: Scope) async throws -> [Event] {
        var assembler: EventAssembler?
        var last: WallTime?
        var found: [Event] = []
        for window in Self.windows(await encodings.days(of: camera), scope) {
            let frames = try await encodings.encodings(of: camera, during: window)
            guard let first = frames.first else { continue }
            var current =
                assembler
                ?? EventAssembler(
                    camera: camera, clock: .file, period: Self.period(frames), queries: [Query(query.text)],
                    constants: engine.constants)
            let saliency = await engine.saliency(of: frames, query)
            for (frame, saliency) in zip(frames, saliency) {
                let scored = ScoredFrame(time: frame.time, saliency: [saliency], anomaly: nil)
                found += current.advance(scored).map(\.event)
            }
            last = frames.last?.time ?? first.time
            assembler = current
        }
        if var assembler, let last { found += assembler.finish(at: last).map(\.event) }
        return found
    }

    /// The stored days cut to the scope and into windows.
    static func windows(_ days: [TimeSpan], _ scope: Scope) -> [TimeSpan] {
        days.flatMap { day -> [TimeSpan] in
            let start = max(day.start, scope.since ?? day.start)
            let end = min(day.end, scope.until ?? day.end)
            guard start < end else { return [] }
            let count = Int((end.seconds(since: start) / window).rounded(.up))
            return (0..<count).map { index in
                let from = start.advanced(bySeconds: Double(index) * window)
                return TimeSpan(start: from, end: min(end, from.advanced(bySeconds: window)))
            }
        }
    }

    /// The usual time between frames: the median, 1 s when there is only one frame.
    static func period(_ frames: [FrameEncoding]) -> Double {
        let steps = zip(frames.dropFirst(), frames).map { $0.time.seconds(since: $1.time) }.sorted()
        guard !steps.isEmpty else { return 1 }
        return min(max(steps[steps.count / 2], 0.02), 60)
    }

    private func storedEvent(_ camera: CameraID, _ span: TimeSpan) async throws -> EventRecord? {
        let filter = EventFilter(camera: camera, since: span.start, until: span.end)
        return try await events.listEvents(filter).max {
            $0.during.intersectionOverUnion(span) < $1.during.intersectionOverUnion(span)
        }
    }
}
