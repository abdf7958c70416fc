import Base
import Foundation
import Store
import TestSupport
import Testing

@Suite("Verdicts and reasons", .tags(.integration), .timeLimit(.minutes(5)))
struct VerdictTests {
    private func anomaly(_ start: Double, _ end: Double, score: Double, key: String) throws -> EventWrite {
        let event = Event(
            camera: try camera(), source: .anomaly(lane: "motion"),
            during: TimeSpan(start: moment(start), end: moment(end)), startError: 0, endError: 0, isOpen: false,
            score: score, anomalyScore: score, box: nil, clock: .file)
        return EventWrite(
            event: event, description: key, idempotencyKey: key, explanation: #"{"lane":"motion","of":"\#(key)"}"#)
    }

    @Test("the reason stays with its event; of merged events that of the strangest")
    func reasons() async throws {
        let (store, _) = try await makeStore()
        try await store.record([anomaly(0, 10, score: 0.9, key: "a"), anomaly(8, 20, score: 0.5, key: "b")])
        let merged = try #require(try await store.listEvents().first)
        #expect(merged.explanation == #"{"of": "a", "lane": "motion"}"#)
        let bad = EventWrite(
            event: try event(100, 110), description: nil, idempotencyKey: "c", explanation: "[1]")
        #expect(await storeError { try await store.record([bad]) } != nil, "not an object")
        await store.close()
    }

    @Test("verdicts are numbered in order, the last one counts, and an event that is merged keeps them")
    func verdicts() async throws {
        let (store, url) = try await makeStore()
        let outcomes = try await store.record([
            anomaly(0, 10, score: 0.9, key: "a"), anomaly(20, 30, score: 0.5, key: "b"),
        ])
        let ids = outcomes.map(\.id)
        let first = try #require(try await store.recordVerdict("normal", on: ids[0]))
        let second = try #require(try await store.recordVerdict("incident", on: ids[1]))
        #expect(try await store.recordVerdict("normal", on: 4711) == nil)
        #expect(await storeError { _ = try await store.recordVerdict("dull", on: ids[0]) } != nil)
        #expect(second > first)
        #expect(try await store.event(ids[1])?.verdict == "incident")
        let told = try TemporaryPostgres.server().psql(
            "SELECT event_id, change FROM alertd.outbox ORDER BY id DESC LIMIT 1", on: url)
        #expect(told == "\(ids[1])|update\n")

        try await store.record([anomaly(5, 25, score: 0.1, key: "c")])
        let merged = try #require(try await store.listEvents().first)
        #expect(merged.id == ids[0] && merged.verdict == "incident")
        let all = try await store.verdicts()
        #expect(all.map(\.number) == [first, second] && all.allSatisfy { $0.event == ids[0] && $0.kind == "anomaly" })
        #expect(all.last?.during == TimeSpan(start: moment(0), end: moment(30)))
        #expect(try await store.verdicts(after: first).map(\.number) == [second])
        #expect(try await store.verdicts(on: try camera("door")) == [])

        _ = try await store.erase(camera: try camera(), during: TimeSpan(start: moment(0), end: moment(1)))
        #expect(try await store.verdicts() == [])
        let erased = try await store.erasures()
        #expect(erased.map(\.during) == [TimeSpan(start: moment(0), end: moment(1))])
        #expect(try await store.erasures(after: try #require(erased.last).number) == [])
        await store.close()
    }
}
