import Base
import Foundation
import Grounding
import Pipeline
import Store
import TestSupport
import Testing

/// What the bounds leave out could not have been among the answers: compared with looking at every stored frame.
@Suite("search over stored encodings", .timeLimit(.minutes(5)))
struct EncodingSearchTests {
    private static let constants = """
        {"format": 1, "view": "frame", "similarity": {"scale": 20, "bias": -13}, "mask": 0.2, "slope": 0.0005,
         "event": {"open": 0.65, "close": 0.35, "min_seconds": 1, "gap_seconds": 2}}
        """

    private func score(_ query: [Float], _ values: [Float]) -> Float {
        Float(zip(values, query).reduce(0.0) { $0 + Double($1.0) * Double($1.1) })
    }

    /// The best frames, found by looking at all of them.
    private func everyFrame(
        _ past: StoredPast, _ query: [Float], _ limit: Int, _ filter: EncodingSearch.Filter
    ) async throws -> [(camera: String, time: WallTime, score: Float, box: Box)] {
        var all: [(camera: String, time: WallTime, score: Float, box: Box)] = []
        for camera in filter.cameras {
            for frame in try await past.frames(camera, filter.during) {
                let looks = frame.looks.filter { filter.zone?.holds($0.box) ?? true }
                let rated = looks.map { (score(query, $0.values), $0.box) }
                if let best = rated.max(by: { $0.0 < $1.0 }) { all.append((camera.name, frame.time, best.0, best.1)) }
            }
        }
        return Array(all.sorted { ($1.score, $0.camera, $0.time) < ($0.score, $1.camera, $1.time) }.prefix(limit))
    }

    @Test(
        "random cameras, times, zones, limits and numbers of sentences: the same frames, boxes and scores",
        arguments: 0..<12)
    func exactness(seed: Int) async throws {
        var random = RandomBits(state: UInt64(seed) &* 77)
        let width = [16, 33, 64, 512][seed % 4]
        let scenes = (0..<3).map { _ in random.unit(width) }
        let past = try await StoredPast(
            seed: UInt64(seed), cameras: 3, frames: width == 512 ? 600 : 1500, width: width, scenes: scenes)
        let search = EncodingSearch(past.reader)
        for _ in 0..<10 {
            let start = StoredPast.midnight.advanced(bySeconds: Double.random(in: -1500...600, using: &random))
            let isWhole = Bool.random(using: &random)
            let span =
                isWhole
                ? StoredPast.always
                : TimeSpan(start: start, end: start.advanced(bySeconds: Double.random(in: 1...2000, using: &random)))
            let zone = PictureZone(name: "z", corners: [(0, 0), (0.5, 0), (0.5, 0.6), (0, 0.6)])
            let filter = EncodingSearch.Filter(
                cameras: past.cameras.filter { _ in Int.random(in: 0..<4, using: &random) > 0 }, during: span,
                zone: Bool.random(using: &random) ? zone : nil)
            let queries = (0..<Int.random(in: 1...5, using: &random)).map { index in
                TextEncoding(
                    text: "\(index)", values: index < scenes.count ? scenes[index] : random.unit(width))
            }
            let limit = [1, 7, 100, 5000].randomElement(using: &random) ?? 1
            let (hits, effort) = try await search.best(queries, limit: limit, in: filter)
            #expect(hits.count == queries.count && effort.minutesRead <= effort.minutes)
            for (query, hits) in zip(queries, hits) {
                let all = try await everyFrame(past, query.values, limit, filter)
                #expect(hits.map(\.score) == all.map(\.score))
                #expect(hits.map(\.time) == all.map(\.time) && hits.map(\.camera.name) == all.map(\.camera))
                #expect(hits.map(\.box) == all.map(\.box))
            }
        }
    }

    @Test("the bound leaves most minutes of an uneventful past unread")
    func pruning() async throws {
        var random = RandomBits(state: 5)
        let scene = random.unit(64)
        // Three hours that stand still, and one minute of something else in the middle.
        let past = try await StoredPast(seed: 1, cameras: 1, frames: 1, width: 64, scenes: [])
        let camera = past.cameras[0]
        let ground = random.unit(64)
        let frames = (0..<10_800).map { second in
            let shown = (5400..<5460).contains(second) ? scene : ground
            return FrameEncoding(
                time: StoredPast.midnight.advanced(bySeconds: 7200 + Double(second)),
                looks: [.init(box: .whole, values: shown)])
        }
        try await past.store.append(frames, camera: camera)
        try await past.store.seal()
        let filter = EncodingSearch.Filter(cameras: [camera], during: StoredPast.always)
        let (hits, effort) = try await EncodingSearch(past.reader).best(
            [TextEncoding(text: "scene", values: scene)], limit: 20, in: filter)
        #expect(hits[0].allSatisfy { $0.score > 0.99 } && hits[0].count == 20)
        #expect(effort.minutes >= 180 && effort.minutesRead <= 5, "\(effort)")
    }

    @Test("what is erased or added after a search is gone from, or in, the next one")
    func changes() async throws {
        var random = RandomBits(state: 6)
        let scene = random.unit(32)
        let past = try await StoredPast(seed: 3, cameras: 1, frames: 400, width: 32, scenes: [scene])
        let camera = past.cameras[0]
        let search = EncodingSearch(past.reader)
        let filter = EncodingSearch.Filter(cameras: [camera], during: StoredPast.always)
        let query = TextEncoding(text: "scene", values: scene)
        let before = try await search.best([query], limit: 10, in: filter).hits[0]
        let best = try #require(before.first)
        let span = TimeSpan(start: best.time, end: best.time.advanced(bySeconds: 0.001))
        #expect(
            try await FileErasure(stateDirectory: past.folder.url.path).eraseEncodings(of: camera, during: span) == 1)
        let after = try await search.best([query], limit: 9, in: filter).hits[0]
        #expect(after.map(\.time) == before.dropFirst().map(\.time))
        let late = StoredPast.midnight.advanced(bySeconds: 50_000)
        try await past.store.append(
            [FrameEncoding(time: late, looks: [.init(box: .whole, values: scene)])], camera: camera)
        #expect(try await search.best([query], limit: 1, in: filter).hits[0].map(\.time) == [late])
    }

    @Test(
        "events found in the candidate spans are those found by looking at everything",
        arguments: 0..<16)
    func candidates(seed: Int) async throws {
        var random = RandomBits(state: UInt64(seed) &+ 900)
        let width = 64
        let scenes = (0..<2).map { _ in random.unit(width) }
        let past = try await StoredPast(seed: UInt64(seed) + 50, cameras: 1, frames: 3000, width: width, scenes: scenes)
        let camera = past.cameras[0]
        _ = try past.folder.write("grounding.json", Data(Self.constants.utf8))
        // Opens at a cosine of about 0.68, goes on above 0.62.
        let constants = try GroundingConstants.load(folder: past.folder.url)
        let since = seed % 3 == 0 ? StoredPast.midnight.advanced(bySeconds: -300) : nil
        let scope = FootageSearch.Scope(
            since: since, until: seed % 4 == 0 ? StoredPast.midnight.advanced(bySeconds: 900) : nil)
        let queries = scenes.enumerated().map { TextEncoding(text: "scene \($0)", values: $1) }
        let candidates = try await CandidateSpans(queries, constants, of: camera, in: scope, past.reader)
        let scorer = SaliencyScorer(queries: queries, constants: constants)
        func events(_ spans: [TimeSpan]) async throws -> [Event] {
            var found: [Event] = []
            for span in spans {
                var assembler = EventAssembler(
                    camera: camera, clock: .file, period: candidates.period, queries: queries.map { Query($0.text) },
                    constants: constants)
                let frames = try await past.frames(camera, span)
                var last = span.start
                for frame in frames {
                    if frame.time.seconds(since: last) > RecordedSpans.longestPause(period: candidates.period) {
                        found += assembler.interrupt().map(\.event)
                    }
                    last = frame.time
                    let scored = ScoredFrame(time: frame.time, saliency: scorer.score(frame), anomaly: nil)
                    found += assembler.advance(scored).map(\.event)
                }
                found += assembler.finish(at: last).map(\.event)
            }
            return found.sorted { ($0.during.start, $0.score) < ($1.during.start, $1.score) }
        }
        let whole = TimeSpan(start: since ?? StoredPast.always.start, end: scope.until ?? StoredPast.always.end)
        let all = try await events([whole])
        #expect(try await events(candidates.spans) == all)
        #expect(seed % 4 == 0 || !all.isEmpty)
    }
}
