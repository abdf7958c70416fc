public import Base
public import Foundation
public import Grounding
internal import NN
public import Store

/// What a standing query would have told about the past: its scenes are scored on stored encodings and assembled into
/// events exactly as on a live camera, and its conditions are enforced on them.
public struct QueryBackTest: Sendable {
    /// A span that would have been told.
    public struct Hit: Sendable, Equatable {
        /// When.
        public let during: TimeSpan
        /// How well the query holds inside, 0…1.
        public let score: Double
        /// Whether nobody watched during a part of it.
        public let isInterrupted: Bool
    }

    /// What the past of one camera says about a query.
    public struct Report: Sendable, Equatable {
        /// The camera.
        public let camera: CameraID
        /// The spans in order.
        public var hits: [Hit]
        /// Seconds that were watched.
        public var watchedSeconds: Double

        /// Gathers the parts of a report.
        package init(camera: CameraID, hits: [Hit], watchedSeconds: Double) {
            (self.camera, self.hits, self.watchedSeconds) = (camera, hits, watchedSeconds)
        }

        /// The score from which on hits were no more frequent than `ceilingPerDay`; nil when all of them were.
        public func level(ceilingPerDay: Double) -> Double? {
            let allowed = Int((ceilingPerDay * watchedSeconds / 86_400).rounded(.down))
            let scores = hits.map(\.score).sorted(by: >)
            guard scores.count > allowed else { return nil }
            return scores[allowed].nextUp
        }
    }

    /// Most questions answered in one pass over a camera's days, and most that wait for one.
    private static let (mostTogether, mostWaiting) = (64, 1024)
    /// Searches that ground at a time: each holds an hour of encodings.
    private static let mostGrounding = 4

    private let engine: InferenceEngine
    private let encodings: EncodingReader
    private let pass: SharedPass<CandidateSpans.Question, CandidateSpans>
    private let grounding = Turnstile(places: Self.mostGrounding, mostWaiting: Self.mostWaiting)

    /// A test on what `encodings` holds, by the encoder of `engine`. Copies share their passes: what is asked at the same time is
    /// looked for together.
    public init(engine: InferenceEngine, encodings: EncodingReader) {
        self.engine = engine
        self.encodings = encodings
        let team = WorkerTeam(threads: min(16, ProcessInfo.processInfo.activeProcessorCount))
        pass = SharedPass(most: Self.mostTogether, mostWaiting: Self.mostWaiting) { questions in
            try await CandidateSpans.find(questions, encodings, team)
        }
    }

    /// A sentence ready to be looked for: what has to be seen, and an encoding of each scene.
    struct Sought: Sendable {
        let request: WatchRequest
        let queries: [TextEncoding]
    }

    /// Encodes the scenes of `request`, as for a live camera. Throws `ModelError`.
    func sought(_ request: WatchRequest) async throws -> Sought {
        let queries = try await engine.encodings(of: request.condition, in: request.sentence)
        return Sought(request: request, queries: queries)
    }

    /// What `request` would have told on `camera` in `scope`, by the local clock of `timeZone`. A request that is bound to a zone
    /// is tested in the zone of that name among the scope's of this camera.
    ///
    /// Throws `ModelError`, `StoreError`, ``SearchError``, and `GroundingError` for a zone that the camera does not have.
    public func report(
        of request: WatchRequest, on camera: CameraID, in scope: FootageSearch.Scope, timeZone: TimeZone
    ) async throws -> Report {
        try await report(of: try await sought(request), on: camera, in: scope, timeZone: timeZone)
    }

    func report(
        of sought: Sought, on camera: CameraID, in scope: FootageSearch.Scope, timeZone: TimeZone
    ) async throws -> Report {
        let request = sought.request
        let zone = request.zone.flatMap { name in scope.zones[camera]?.first { $0.name == name } }
        if let name = request.zone, zone == nil {
            throw GroundingError.refusedQuery(
                text: request.text, problem: "camera \(camera.name) has no zone \"\(name)\" in the configuration")
        }
        let question = CandidateSpans.Question(sought.queries, engine.constants, of: camera, in: scope)
        let candidates = try await pass.answer(question)
        let seen =
            candidates.spans.isEmpty
            ? Seen(watched: candidates.watched, period: candidates.period)
            : try await grounding.pass { try await look(for: sought, in: candidates, zone, on: camera) }
        var report = Report(camera: camera, hits: [], watchedSeconds: seen.watched.reduce(0) { $0 + $1.seconds })
        report.hits = hits(request.condition, seen)
        if let hours = request.hours {
            func parts(_ span: TimeSpan) -> [TimeSpan] {
                hours.parts(of: span) { timeZone.secondsFromGMT(for: $0.date) }
            }
            report.hits = report.hits.flatMap { hit in
                parts(hit.during).map { Hit(during: $0, score: hit.score, isInterrupted: hit.isInterrupted) }
            }
            report.watchedSeconds = seen.watched.flatMap(parts).reduce(0) { $0 + $1.seconds }
        }
        return report
    }

    /// Events of each scene, and the stretches that were watched.
    private struct Seen {
        var events: [String: [Event]] = [:]
        let watched: [TimeSpan]
        let period: Double
    }

    /// Encodings are read and scored in windows of this many seconds, which bounds memory.
    private static let window = 3600.0

    private static func windows(_ span: TimeSpan) -> [TimeSpan] {
        let count = Int((span.seconds / window).rounded(.up))
        return (0..<count).map { index in
            let from = span.start.advanced(bySeconds: Double(index) * window)
            return TimeSpan(start: from, end: min(span.end, from.advanced(bySeconds: window)))
        }
    }

    private func look(
        for sought: Sought, in candidates: CandidateSpans, _ zone: PictureZone?, on camera: CameraID
    ) async throws -> Seen {
        let scenes = sought.request.condition.scenes
        let scorer = SaliencyScorer(queries: sought.queries, constants: engine.constants)
        let zones = scenes.map { _ in zone }
        var seen = Seen(watched: candidates.watched, period: candidates.period)
        func note(_ events: [Event]) {
            for event in events {
                if case .query(let name, _) = event.source { seen.events[name, default: []].append(event) }
            }
        }
        let longestPause = RecordedSpans.longestPause(period: seen.period)
        for span in candidates.spans {
            var assembler = EventAssembler(
                camera: camera, clock: .file, period: seen.period, queries: scenes.map { Query($0) },
                constants: engine.constants)
            var last = span.start
            for window in Self.windows(span) {
                try Task.checkCancellation()
                for frame in try await encodings.indexedEncodings(of: camera, during: window) {
                    // As on a live camera, no event reaches into a time that nobody watched.
                    if frame.time.seconds(since: last) > longestPause { note(assembler.interrupt().map(\.event)) }
                    let scored = ScoredFrame(
                        time: frame.time, saliency: scorer.score(frame, zones: zones), anomaly: nil)
                    note(assembler.advance(scored).map(\.event))
                    last = frame.time
                }
            }
            note(assembler.finish(at: last).map(\.event))
        }
        return seen
    }

    private func hits(_ condition: Condition, _ seen: Seen) -> [Hit] {
        if case .scene(let text) = condition {
            return (seen.events[text] ?? []).map { Hit(during: $0.during, score: $0.score, isInterrupted: false) }
                .sorted { $0.during.start < $1.during.start }
        }
        let matches = ConditionMatcher(tolerance: seen.period).matches(
            condition, scenes: seen.events.mapValues { $0.map(\.during) }, watched: seen.watched)
        return matches.map { match in
            let scores = seen.events.values.flatMap(\.self).filter { $0.during.overlaps(match.during) }.map(\.score)
            let score = scores.isEmpty ? 1 : scores.reduce(0, +) / Double(scores.count)
            return Hit(during: match.during, score: score, isInterrupted: match.isInterrupted)
        }
    }
}
