public import Base
public import Foundation
public import Grounding
public import Store
public import VLM

/// Natural-language search over past footage: what the sentence shows is looked for in the stored encodings of every camera,
/// its conditions are enforced as they are live, what was written about events is ranked beside it, and what comes back are spans
/// with a probability, or nothing.
///
/// Many may search at once: they share passes over the stored encodings; beyond ``mostAtOnce`` and ``mostWaiting`` a search is
/// refused.
public struct FootageSearch: Sendable {
    /// Searches that run at the same time, and that wait beside them.
    public static let (mostAtOnce, mostWaiting) = (64, 64)

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
        /// The zones that a sentence may name, by camera.
        public var zones: [CameraID: [PictureZone]]
        /// Whether other nodes that share the database are left out.
        public var isOnlyHere = false

        /// Everything that `camera`, `since` and `until` leave.
        public init(
            camera: CameraID? = nil, cameras: Set<CameraID>? = nil, since: WallTime? = nil, until: WallTime? = nil,
            zones: [CameraID: [PictureZone]] = [:]
        ) {
            self.camera = camera
            self.cameras = cameras
            self.since = since
            self.until = until
            self.zones = zones
        }

        /// The cameras that are chosen by name; nil means all.
        var chosenCameras: Set<CameraID>? {
            guard let camera else { return cameras }
            return cameras?.contains(camera) ?? true ? [camera] : []
        }

        func includes(_ name: CameraID) -> Bool {
            (camera == nil || camera == name) && (cameras?.contains(name) ?? true)
        }
    }

    /// A span that fits.
    public struct Hit: Sendable {
        /// What speaks for it.
        public enum Evidence: String, Sendable {
            /// What the pictures show.
            case pictures
            /// What was written about an event.
            case description
            /// Both.
            case both
        }

        /// The camera.
        public let camera: CameraID
        /// When.
        public let during: TimeSpan
        /// The probability that the sentence holds there: mean saliency inside the span, raised by what was written.
        public let score: Double
        /// What speaks for it.
        public let evidence: Evidence
        /// The event whose description speaks for it, else the stored event that overlaps the span best.
        public let event: EventRecord?
        /// Where a later page goes on behind this answer.
        public var cursor: SearchCursor { SearchCursor(score: score, start: during.start, camera: camera) }
    }

    private let test: QueryBackTest
    private let events: EventStore
    private let descriptions: DescriptionSearch
    private let turnstile = Turnstile(places: Self.mostAtOnce, mostWaiting: Self.mostWaiting)

    /// A search over what `encodings` and `events` hold, by the encoder of `engine`; descriptions by `sentences` too, if there is
    /// such an encoder, otherwise by their words alone.
    public init(
        engine: InferenceEngine, events: EventStore, encodings: EncodingReader, sentences: SentenceBERT? = nil
    ) {
        test = QueryBackTest(engine: engine, encodings: encodings)
        self.events = events
        descriptions = DescriptionSearch(events: events, encoder: sentences)
    }

    /// The best `limit` spans that fit `sentence`, best first, of equals the earlier; none when nothing does. With `after` those
    /// behind that place. Parts of the day are those of `timeZone`.
    ///
    /// Throws `ModelError`, `StoreError`, ``SearchError/busy(waiting:)``, and `GroundingError/refusedQuery(text:problem:)` for what
    /// cannot be enforced.
    public func spans(
        for sentence: String, in scope: Scope, limit: Int, after: SearchCursor? = nil, timeZone: TimeZone = .current
    ) async throws -> [Hit] {
        let request = try WatchRequest(sentence, zones: Set(scope.zones.values.flatMap { $0.map(\.name) }))
        return try await turnstile.pass {
            let found = try await found(request, scope, timeZone)
                .filter { span in after.map { $0 < span.cursor } ?? true }.sorted { $0.cursor < $1.cursor }
            return try await named(found.prefix(max(0, limit)))
        }
    }

    private func found(_ request: WatchRequest, _ scope: Scope, _ timeZone: TimeZone) async throws -> [FoundSpan] {
        let sought = try await test.sought(request)
        let names = try await events.cameras().compactMap { CameraID($0) }.filter(scope.includes)
        let cameras = names.filter { name in
            request.zone.map { zone in scope.zones[name]?.contains { $0.name == zone } ?? false } ?? true
        }
        var found: [FoundSpan] = []
        for camera in cameras {
            let report = try await test.report(of: sought, on: camera, in: scope, timeZone: timeZone)
            found += report.hits.map { FoundSpan(camera: camera, during: $0.during, seen: $0.score) }
        }
        // A description says nothing of where, and its event's span is not that of a part of a condition.
        guard case .scene(let scene) = request.condition, request.zone == nil else { return found }
        var told = try await descriptions.told(scene, of: cameras, in: scope)
        if let hours = request.hours {
            told = told.filter { event in
                !hours.parts(of: event.during) { timeZone.secondsFromGMT(for: $0.date) }.isEmpty
            }
        }
        return FoundSpan.joined(found, told)
    }

    /// The answers with the events they belong to. What was told of an event that is gone by now is no answer.
    private func named(_ found: ArraySlice<FoundSpan>) async throws -> [Hit] {
        let told = try await events.events(numbered: found.compactMap { $0.told?.id })
        let seen = found.filter { $0.told == nil }
        let overlapping = try await events.events(overlapping: seen.map { (camera: $0.camera, during: $0.during) })
        var others = overlapping.makeIterator()
        return found.compactMap { span in
            guard let event = span.told else {
                return Hit(
                    camera: span.camera, during: span.during, score: span.score, evidence: .pictures,
                    event: others.next() ?? nil)
            }
            guard span.seen != nil || told[event.id] != nil else { return nil }
            return Hit(
                camera: span.camera, during: span.during, score: span.score,
                evidence: span.seen == nil ? .description : .both, event: told[event.id])
        }
    }
}
