import Base
import Store
import TestSupport
import Testing

@Suite("Coverage", .tags(.integration), .timeLimit(.minutes(5)))
struct CoverageTests {
    @Test("spans that overlap or touch become one, whatever their order; saying one twice changes nothing")
    func merge() async throws {
        let (store, url) = try await makeStore()
        let spans = [(30.0, 40.0), (0, 10), (5, 12), (40, 41), (12, 20), (0, 10), (50, 50)]
        for (start, end) in spans {
            try await store.recordCoverage(TimeSpan(start: moment(start), end: moment(end)), camera: camera())
        }
        let rows = try await store.listCoverage()
        #expect(
            rows.map(\.during) == [
                TimeSpan(start: moment(0), end: moment(20)), TimeSpan(start: moment(20), end: moment(30)),
                TimeSpan(start: moment(30), end: moment(41)),
            ])
        #expect(rows.map(\.isWatched) == [true, false, true])
        #expect(try TemporaryPostgres.server().psql("SELECT count(*) FROM alertd.coverage", on: url) == "2\n")
        await store.close()
    }

    @Test("a gap says why nothing was seen: the blind event's reason, and not_running where there is none")
    func reasons() async throws {
        let (store, _) = try await makeStore()
        for (start, end) in [(0.0, 10.0), (40, 50)] {
            try await store.recordCoverage(TimeSpan(start: moment(start), end: moment(end)), camera: camera())
        }
        let blind = Event(
            camera: try camera(), source: .blind(reason: .noStream),
            during: TimeSpan(start: moment(10), end: moment(25)), startError: 0, endError: 0, isOpen: false, score: 1,
            anomalyScore: nil, box: nil, clock: .arrival)
        try await store.record([write(blind, key: "b")])
        let gaps = try await store.listCoverage().filter { !$0.isWatched }
        #expect(gaps.map(\.reason) == ["no_stream", "not_running"])
        #expect(
            gaps.map(\.during) == [
                TimeSpan(start: moment(10), end: moment(25)), TimeSpan(start: moment(25), end: moment(40)),
            ])
        let part = try await store.listCoverage(since: moment(5), until: moment(12))
        #expect(part.map(\.during.seconds) == [5, 2])
        #expect(try await store.listCoverage(camera: camera("door")) == [])
        await store.close()
    }

    @Test("a recording counts as watched")
    func recordings() async throws {
        let (store, _) = try await makeStore()
        let recording = Recording(
            camera: try camera(), digest: [UInt8](repeating: 1, count: 32), encoder: [UInt8](repeating: 2, count: 32),
            start: moment(0), duration: 60, analysedFPS: 1, queries: [])
        _ = try await store.finishRecording(recording, events: [], scores: [])
        #expect(try await store.listCoverage().map(\.during) == [TimeSpan(start: moment(0), end: moment(60))])
        await store.close()
    }

    @Test("two connections that tell touching spans at once lose neither")
    func concurrent() async throws {
        let (store, url) = try await makeStore()
        let other = try await EventStore.connect(.url(url), logger: quiet)
        let gate = try camera()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for step in 0..<40 {
                group.addTask {
                    let span = TimeSpan(start: moment(Double(step)), end: moment(Double(step + 1)))
                    try await (step % 2 == 0 ? store : other).recordCoverage(span, camera: gate)
                }
            }
            try await group.waitForAll()
        }
        #expect(try await store.listCoverage().map(\.during) == [TimeSpan(start: moment(0), end: moment(40))])
        await store.close()
        await other.close()
    }
}
