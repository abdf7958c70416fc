public import Base
internal import Foundation
public import Grounding
internal import NN
public import Store

/// The stored frames most similar to a sentence, exactly: what comes back is what comparing every stored vector would give.
///
/// Camera, time and zone are filtered first. Then whole minutes are left out by the bound of their sum, rows by their product
/// with the rounded query and its error; only what may be among the best is computed in full.
public struct EncodingSearch: Sendable {
    /// Which frames count.
    public struct Filter: Sendable {
        /// Only these cameras.
        public var cameras: [CameraID]
        /// Only frames inside.
        public var during: TimeSpan
        /// Only looks in this zone; nil for the whole picture.
        public var zone: PictureZone?

        /// Frames of `cameras` in `during`, and looks in `zone`.
        public init(cameras: [CameraID], during: TimeSpan, zone: PictureZone? = nil) {
            self.cameras = cameras
            self.during = during
            self.zone = zone
        }
    }

    /// A frame that is among the most similar ones.
    public struct Hit: Sendable, Equatable {
        /// The camera.
        public let camera: CameraID
        /// When.
        public let time: WallTime
        /// The product of the query and the frame's best look: the cosine, when both have length 1.
        public let score: Float
        /// That look.
        public let box: Box

        /// Best first; of equals by camera and time.
        static func precedes(_ a: Hit, _ b: Hit) -> Bool {
            (b.score, a.camera.name, a.time) < (a.score, b.camera.name, b.time)
        }
    }

    /// What a search had to look at.
    public struct Effort: Sendable, Equatable {
        /// Minutes that passed the filter, and those of them whose rows were read.
        public var minutes = 0, minutesRead = 0
        /// Rows that were read, and frames computed in full.
        public var rows = 0, computed = 0

        /// Nothing yet.
        public init() {}
    }

    /// Most vectors that are multiplied with a row in one pass, and most searches that wait for one.
    private static let (mostTogether, mostWaiting) = (64, 256)

    private struct Question: Sendable {
        let queries: [[Float]]
        let limit: Int
        let filter: Filter
    }

    private struct Answer: Sendable {
        let hits: [[Hit]]
        let effort: Effort
    }

    private let pass: SharedPass<Question, Answer>

    /// A search in what `encodings` reads, on all cores. Copies share their passes: searches that are asked for at the same time
    /// are answered together.
    public init(_ encodings: EncodingReader) {
        let team = WorkerTeam(threads: min(16, ProcessInfo.processInfo.activeProcessorCount))
        pass = SharedPass(most: Self.mostTogether, mostWaiting: Self.mostWaiting) { questions in
            try await Self.answer(questions, encodings, team)
        }
    }

    /// For each query the `limit` best frames, best first, and what the pass cost in which they were found. All queries are
    /// answered in one pass, with those of others who ask meanwhile. Throws `StoreError` for files that cannot be read, and
    /// ``SearchError/busy(waiting:)``.
    public func best(
        _ queries: [TextEncoding], limit: Int, in filter: Filter
    ) async throws -> (hits: [[Hit]], effort: Effort) {
        guard !queries.isEmpty, limit > 0 else { return (queries.map { _ in [] }, Effort()) }
        let answer = try await pass.answer(
            Question(queries: queries.map(\.values), limit: limit, filter: filter))
        return (answer.hits, answer.effort)
    }

    private static func answer(
        _ questions: [Question], _ encodings: EncodingReader, _ team: WorkerTeam
    ) async throws -> [Answer] {
        let wants = questions.flatMap { question in
            question.queries.map { BestFrames.Want(query: $0, limit: question.limit, filter: question.filter) }
        }
        var cameras: [CameraID] = []
        for camera in questions.flatMap(\.filter.cameras) where !cameras.contains(camera) { cameras.append(camera) }
        var best = BestFrames(wants)
        var (scan, scanned) = (RowScan([]), [Int]())
        for camera in cameras {
            let queries = wants.indices.filter { wants[$0].filter.cameras.contains(camera) }
            guard let span = queries.map({ wants[$0].filter.during }).joined else { continue }
            if queries != scanned { (scan, scanned) = (RowScan(queries.map { wants[$0].query }), queries) }
            let current = scan
            best = try await encodings.reduceDays(of: camera, during: span, into: best) { best, day in
                team.lead { best.take(day, current, for: queries) }
            }
        }
        var hits = best.result()[...]
        return questions.map { question in
            defer { hits = hits.dropFirst(question.queries.count) }
            return Answer(hits: Array(hits.prefix(question.queries.count)), effort: best.effort)
        }
    }
}

extension [TimeSpan] {
    /// The span from the first start to the last end; nil when there is none.
    var joined: TimeSpan? {
        guard let start = map(\.start).min(), let end = map(\.end).max() else { return nil }
        return TimeSpan(start: start, end: end)
    }
}
