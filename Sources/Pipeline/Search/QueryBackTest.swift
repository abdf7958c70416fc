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

    private let engine: InferenceEngine
    private let encodings: EncodingReader
    private let team = WorkerTeam(threads: min(16, ProcessInfo.processInfo.activeProcessorCount))

    /// A test on what `encodings` holds, by the encoder of `engine`.
    public init(engine: InferenceEngine, encodings: EncodingReader) {
        self.engine = engine
        self.encodings = encodings
    }

    /// What `request` would have told on `camera` in `scope`, by the local clock of `timeZone`.
    ///
    /// Throws `ModelError` and `StoreError`, and ``GroundingError`` for a request that is bound to a zone.
    public func report(
        of request: WatchRequest, on camera: CameraID, in scope: FootageSearch.Scope, timeZone: TimeZone
    ) async throws -> Report {
        if let zone = request.zone {
            throw GroundingError.refusedQuery(
                text: request.text, problem: "the past is not tested by zone yet; leave \"\(zone)\" out")
        }
        let scenes = request.condition.scenes
        var queries: [TextEncoding] = []
        for scene in scenes { queries.append(try await engine.encode(text: scene)) }
        let seen = try await seen(scenes, queries, on: camera, in: scope)
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

    private func seen(
        _ scenes: [String], _ queries: [TextEncoding], on camera: CameraID, in scope: FootageSearch.Scope
    ) async throws -> Seen {
        let candidates = try await CandidateSpans(queries, engine.constants, of: camera, in: scope, encodings, team)
        let scorer = SaliencyScorer(queries: queries, constants: engine.constants)
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
                    let scored = ScoredFrame(time: frame.time, saliency: scorer.score(frame), anomaly: nil)
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
