import Base
import Store
import TestSupport
import Testing

@Suite("Recordings and scores", .tags(.integration), .timeLimit(.minutes(5)))
struct RecordingTests {
    private let encoder: [UInt8] = [1, 2, 3]

    private func recording(queries: [String] = ["person"], fps: Double = 1) throws -> Recording {
        Recording(
            camera: try camera(), digest: Array(0..<32), encoder: encoder, start: moment(0), duration: 60,
            analysedFPS: fps, queries: queries)
    }

    private var scores: [ScoreSample] {
        (0..<6000).map { (index: Int) -> ScoreSample in
            let second = Double(index)
            let pValue: Double? = index.isMultiple(of: 2) ? 0.5 : nil
            let explanation: String? = index.isMultiple(of: 3) ? "unlike 12:00" : nil
            return ScoreSample(
                lane: "anomaly:normality", at: moment(second), value: second / 10, pValue: pValue,
                explanation: explanation)
        }
    }

    @Test("ingesting the same file twice adds nothing")
    func twice() async throws {
        let (store, _) = try await makeStore()
        let events = [write(try event(0, 10), key: "a"), write(try event(20, 30), key: "b")]
        let first = try await store.finishRecording(try recording(), events: events, scores: scores)
        guard case .written(let outcomes) = first else {
            Issue.record("\(first)")
            return
        }
        #expect(outcomes.map(\.change) == [.open, .open])
        #expect(try await store.finishRecording(try recording(), events: events, scores: scores) == .alreadyKnown)
        #expect(try await store.listEvents().count == 2)
        #expect(try await store.listAnomalies().count == 6000)
        await store.close()
    }

    @Test("a recording is found by what was asked of it")
    func find() async throws {
        let (store, _) = try await makeStore()
        func find(_ queries: [String], start: WallTime? = nil, fps: Double = 1) async throws -> Recording? {
            try await store.findRecording(
                digest: Array(0..<32), camera: camera(), encoder: encoder, start: start, analysedFPS: fps,
                queries: queries)
        }
        #expect(try await find([]) == nil)
        _ = try await store.finishRecording(recording(), events: [], scores: [])
        #expect(try await find([]) == recording())
        #expect(try await find(["person"]) == recording())
        #expect(try await find(["car"]) == nil)
        #expect(try await find([], fps: 2) == nil)
        let other = try await store.findRecording(
            digest: Array(0..<32), camera: camera(), encoder: [9], start: nil, analysedFPS: 1, queries: [])
        #expect(other == nil, "another encoder may find other events")
        #expect(try await find([], start: moment(1)) == nil)
        // Asked for something more, the file is analysed again; what it gives the second time is merged.
        let more = try await store.finishRecording(recording(queries: ["car"]), events: [], scores: [])
        #expect(more == .written([]))
        #expect(try await find(["car", "person"])?.queries == ["car", "person"])
        await store.close()
    }

    @Test("a recording that fails at its last score leaves nothing")
    func whole() async throws {
        let (store, _) = try await makeStore()
        let bad = ScoreSample(lane: "anomaly:normality", at: moment(9999), value: .infinity)
        let error = await storeError {
            _ = try await store.finishRecording(
                recording(), events: [write(event(0, 9), key: "a")], scores: scores + [bad])
        }
        guard case .constraint("score_is_finite", "score_20260501", _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try await store.listEvents() == [])
        #expect(try await store.listAnomalies() == [])
        #expect(try await store.recordings(digest: Array(0..<32), camera: camera()) == [])
        await store.close()
    }

    @Test("two ingests of one file at once write it once")
    func atOnce() async throws {
        let (store, url) = try await makeStore()
        let outcomes = try await withThrowingTaskGroup(of: RecordingOutcome.self) { group in
            for worker in 0..<3 {
                group.addTask {
                    let store = try await EventStore.open(.url(url), logger: quiet)
                    let outcome = try await store.finishRecording(
                        recording(), events: [write(event(0, 10), key: "w\(worker)")], scores: scores)
                    await store.close()
                    return outcome
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(outcomes.filter { $0 == .alreadyKnown }.count == 2)
        #expect(try await store.listEvents().count == 1)
        await store.close()
    }

    @Test("scores come back by time, and one that is there stays as it is")
    func scoresRoundTrip() async throws {
        let (store, _) = try await makeStore()
        let gate = try camera()
        let batch = scores
        #expect(try await store.recordScores(batch, camera: gate) == 6000)
        let other = batch.map { ScoreSample(lane: $0.lane, at: $0.at, value: -1) }
        #expect(try await store.recordScores(other, camera: gate) == 0)
        let listed = try await store.listAnomalies(camera: gate, since: moment(10), until: moment(13))
        #expect(listed.map(\.score) == [1, 1.1, 1.2] && listed.map(\.lane) == Array(repeating: "normality", count: 3))
        #expect(listed.map(\.pValue) == [0.5, nil, 0.5])
        #expect(listed.map(\.explanation) == [nil, nil, "unlike 12:00"])
        #expect(try await store.listAnomalies(limit: 2).map(\.at) == [moment(5998), moment(5999)])
        await store.close()
    }
}
