public import Base
public import Foundation
internal import Grounding
public import Store

/// Natural-language search over past footage: what the sentence shows is looked for in the stored encodings of every camera,
/// its conditions are enforced as they are live, and what comes back are spans with a probability, or nothing.
public struct FootageSearch: Sendable {
    /// Where to look.
    public struct Scope: Sendable {
        /// Only this camera; nil means all.
        public var camera: CameraID?
        /// Only these cameras; nil means all.
        public var cameras: Set<CameraID>?
        /// Only from this time on.
        public var since: WallTime?
        /// Only before this time.
        public var until: WallTime?

        /// Everything that `camera`, `since` and `until` leave.
        public init(
            camera: CameraID? = nil, cameras: Set<CameraID>? = nil, since: WallTime? = nil, until: WallTime? = nil
        ) {
            self.camera = camera
            self.cameras = cameras
            self.since = since
            self.until = until
        }

        func includes(_ name: CameraID) -> Bool {
            (camera == nil || camera == name) && (cameras?.contains(name) ?? true)
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

    private let test: QueryBackTest
    private let events: EventStore

    /// A search over what `encodings` and `events` hold, by the encoder of `engine`.
    public init(engine: InferenceEngine, events: EventStore, encodings: EncodingReader) {
        test = QueryBackTest(engine: engine, encodings: encodings)
        self.events = events
    }

    /// The best `limit` spans that fit `sentence`, best first; none when nothing does. Parts of the day are those of
    /// `timeZone`.
    ///
    /// Throws `ModelError`, `StoreError`, and ``GroundingError/refusedQuery(text:problem:)`` for what cannot be enforced.
    public func spans(
        for sentence: String, in scope: Scope, limit: Int, timeZone: TimeZone = .current
    ) async throws -> [Hit] {
        let request = try WatchRequest(sentence)
        let names = try await events.cameras().compactMap { CameraID($0) }
        var found: [(camera: CameraID, hit: QueryBackTest.Hit)] = []
        for camera in names where scope.includes(camera) {
            let report = try await test.report(of: request, on: camera, in: scope, timeZone: timeZone)
            found += report.hits.map { (camera, $0) }
        }
        let best = found.sorted {
            ($1.hit.score, $0.hit.during.start) < ($0.hit.score, $1.hit.during.start)
        }
        var hits: [Hit] = []
        for (camera, hit) in best.prefix(limit) {
            let stored = try await storedEvent(camera, hit.during)
            hits.append(Hit(camera: camera, during: hit.during, score: hit.score, event: stored))
        }
        return hits
    }

    private func storedEvent(_ camera: CameraID, _ span: TimeSpan) async throws -> EventRecord? {
        let filter = EventFilter(camera: camera, since: span.start, until: span.end)
        return try await events.listEvents(filter).max {
            $0.during.intersectionOverUnion(span) < $1.during.intersectionOverUnion(span)
        }
    }
}
