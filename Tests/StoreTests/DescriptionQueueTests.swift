import Base
import Foundation
import Store
import TestSupport
import Testing

@Suite("Descriptions by a model", .tags(.integration), .timeLimit(.minutes(5)))
struct DescriptionQueueTests {
    private func write(
        _ store: EventStore, at start: Double, seconds: Double = 5, isOpen: Bool = false, score: Double = 0.8,
        clock: ClockSource = .arrival
    ) async throws {
        let begin = Self.now.advanced(bySeconds: start)
        let event = Event(
            camera: try camera(), source: .query(name: "q", text: "a person"),
            during: TimeSpan(start: begin, end: begin.advanced(bySeconds: seconds)), startError: 0, endError: 0,
            isOpen: isOpen, score: score, anomalyScore: 3, box: nil, clock: clock)
        let key = "live/q/\(begin.microseconds)/"
        _ = try await store.record([
            EventWrite(
                event: event, description: "template", descriptionOrigin: "template",
                idempotencyKey: "\(key)\(event.during.end.microseconds)/\(isOpen)", replaces: key)
        ])
    }

    private static let now = WallTime(Date()).advanced(bySeconds: -600)

    private func written(_ text: String, frames: [WallTime] = [now]) -> WrittenDescription {
        WrittenDescription(
            sentences: text, answer: #"{"level":3}"#, frames: frames, model: "tiny", modelDigest: "ab",
            promptVersion: "1", tokensRead: 100, tokensWritten: 20)
    }

    @Test("an event is described while it is open and once more when it has closed; tellings do not undo it")
    func twice() async throws {
        let (store, _) = try await makeStore()
        try await write(store, at: 0, isOpen: true)
        let first = try #require(try await store.claimDescription(for: .seconds(60), backlog: 10).claim)
        #expect(first.event.isOpen && first.event.queryText == "a person")
        #expect(try await store.claimDescription(for: .seconds(60), backlog: 10).claim == nil, "it is claimed")
        #expect(try await store.finishDescription(first, with: written("Somebody comes.")))
        #expect(try await store.claimDescription(for: .seconds(60), backlog: 10).claim == nil, "it is open still")
        try await write(store, at: 0, seconds: 9)
        let closed = try #require(try await store.event(first.event.id))
        #expect(closed.description == "Somebody comes." && closed.descriptionOrigin == "tiny" && !closed.isOpen)
        let second = try #require(try await store.claimDescription(for: .seconds(60), backlog: 10).claim)
        #expect(second.event.id == first.event.id && !second.event.isOpen)
        #expect(try await store.finishDescription(second, with: written("Somebody came and went.")))
        #expect(try await store.claimDescription(for: .seconds(60), backlog: 10).claim == nil)
        let last = try #require(try await store.event(first.event.id))
        #expect(last.description == "Somebody came and went.")
        // Whatever a model says, what the scorers found stays.
        #expect(last.score == closed.score && last.anomalyScore == 3 && last.during == closed.during)
        await store.close()
    }

    @Test("a claim that was lost stores nothing; the newest go first, the oldest are dropped, events never")
    func order() async throws {
        let (store, url) = try await makeStore()
        for second in [0.0, 20, 40, 60] { try await write(store, at: second) }
        let (claim, dropped) = try await store.claimDescription(for: .milliseconds(1), backlog: 3)
        let lost = try #require(claim)
        #expect(dropped == 1 && lost.event.during.start == Self.now.advanced(bySeconds: 60))
        try await ContinuousClock().sleep(for: .milliseconds(20))
        let taken = try #require(try await store.claimDescription(for: .seconds(60), backlog: 3).claim)
        #expect(taken.event.id == lost.event.id)
        #expect(try await store.finishDescription(lost, with: written("late")) == false)
        #expect(try await store.dropDescription(lost, because: .deadline) == false)
        #expect(try await store.dropDescription(taken, because: .framesGone))
        let next = try #require(try await store.claimDescription(for: .seconds(60), backlog: 3).claim)
        #expect(next.event.during.start == Self.now.advanced(bySeconds: 40))
        let reasons = try TemporaryPostgres.server().psql(
            "SELECT count(*), string_agg(dropped, ',' ORDER BY dropped) FROM alertd.description WHERE dropped IS NOT NULL",
            on: url)
        #expect(reasons.contains("2|frames_gone,queue_full"), "\(reasons)")
        #expect(try await store.listEvents().count == 4)
        await store.close()
    }

    @Test("what is released waits for its pause, keeps its reason until there are words, and is nobody's any more")
    func released() async throws {
        let (store, url) = try await makeStore()
        try await write(store, at: 0)
        let claim = try #require(try await store.claimDescription(for: .seconds(60), backlog: 3).claim)
        #expect(try await store.releaseDescription(claim, for: .seconds(3600), because: "it is away"))
        #expect(try await store.releaseDescription(claim, for: .zero, because: "late") == false)
        #expect(try await store.finishDescription(claim, with: written("late")) == false)
        #expect(try await store.claimDescription(for: .seconds(60), backlog: 3).claim == nil)
        let problem = "SELECT coalesce(problem, '-') FROM alertd.description"
        let server = try TemporaryPostgres.server()
        #expect(try server.psql(problem, on: url).hasPrefix("it is away"))
        try server.psql("UPDATE alertd.description SET claimed_until = now() - interval '1 second'", on: url)
        let again = try #require(try await store.claimDescription(for: .seconds(60), backlog: 3).claim)
        #expect(try await store.finishDescription(again, with: written("words")))
        #expect(try server.psql(problem, on: url).hasPrefix("-"))
        await store.close()
    }

    @Test("recordings' events are not queued, erased events take their descriptions with them")
    func others() async throws {
        let (store, url) = try await makeStore()
        try await write(store, at: 0, clock: .file)
        #expect(try await store.claimDescription(for: .seconds(60), backlog: 3).claim == nil)
        try await write(store, at: 50)
        let claim = try #require(try await store.claimDescription(for: .seconds(60), backlog: 3).claim)
        _ = try await store.erase(camera: try camera(), during: claim.event.during)
        #expect(try await store.finishDescription(claim, with: written("gone")) == false)
        let left = try TemporaryPostgres.server().psql("SELECT count(*) = 1 FROM alertd.event_key", on: url)
        #expect(left.contains("t"))
        #expect(try await store.event(claim.event.id) == nil)
        let rows = try TemporaryPostgres.server().psql("SELECT count(*) = 0 FROM alertd.description", on: url)
        #expect(rows.contains("t"))
        await store.close()
    }
}
