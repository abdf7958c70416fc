import Base
import Foundation
import Logging
import Pipeline
import Store
import TestSupport
import Testing
import VLM

/// What a narrator was asked.
final class Asked: Sendable {
    private let requests = Locked<[NarrationRequest]>([])

    var all: [NarrationRequest] { requests.withLock { $0 } }
    func note(_ request: NarrationRequest) { requests.withLock { $0.append(request) } }
}

/// How many are inside at a time, at most.
final class Most: Sendable {
    private let state = Locked((inside: 0, most: 0))

    var value: Int { state.withLock { $0.most } }

    func enter() {
        state.withLock { state in
            state.inside += 1
            state.most = max(state.most, state.inside)
        }
    }

    func leave() { state.withLock { $0.inside -= 1 } }
}

/// Says what a test wants to hear, as slowly as it wants.
struct ScriptedNarrator: VideoNarrator {
    let name = "scripted"
    let digest = String(repeating: "ab", count: 32)
    let frameLimit = 4
    var width = 1
    let asked = Asked()
    var answer = Self.answer("A person walks by.")
    var work: @Sendable () async throws -> Void = {}

    static func answer(_ text: String) -> String {
        #"{"title":"t","description":"\#(text)","level":3,"people":1,"vehicles":0,"actions":["walk"],"confidence":0.5}"#
    }

    func answer(_ request: NarrationRequest, onText: @Sendable (String) -> Void) async throws -> Narration {
        asked.note(request)
        try await work()
        onText(answer)
        return Narration(
            text: answer, shown: request.frames.map(\.seconds), tokensRead: 50, tokensReused: 0, tokensWritten: 30)
    }
}

@Suite("The worker that lets a model look at events", .tags(.integration), .timeLimit(.minutes(5)))
struct DescriptionWorkerTests {
    private let quiet = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let start = WallTime(Date()).advanced(bySeconds: -300)

    private func makeStore() async throws -> EventStore {
        let store = try await EventStore.connect(.url(try TemporaryPostgres.server().makeDatabase()), logger: quiet)
        try await store.migrate()
        return store
    }

    private func picture(_ value: UInt8) -> Picture {
        Picture(width: 16, height: 12, pixels: [UInt8](repeating: value, count: 16 * 12 * 3))
    }

    /// An event as a camera tells it, with its frames in the album.
    private func tell(
        _ store: EventStore, _ album: EventAlbum, name: String = "q", second: Double = 0, isOpen: Bool = false
    ) async throws {
        let gate = try #require(CameraID("gate"))
        let span = TimeSpan(
            start: start.advanced(bySeconds: second), end: start.advanced(bySeconds: second + 4))
        func event(_ isOpen: Bool) -> Event {
            Event(
                camera: gate, source: .query(name: name, text: "a person at the gate"), during: span, startError: 0,
                endError: 0, isOpen: isOpen, score: 0.7, anomalyScore: nil, box: nil, clock: .arrival)
        }
        album.note([EventTelling(stage: .opened, event: event(true), firstEvidence: span.start)])
        for frame in 0..<5 {
            album.see(picture(UInt8(frame)), at: span.start.advanced(bySeconds: Double(frame)), camera: gate)
        }
        if !isOpen { album.note([EventTelling(stage: .closed, event: event(false), firstEvidence: span.start)]) }
        _ = try await store.record([
            EventWrite(
                event: event(isOpen), description: "template", descriptionOrigin: "template",
                idempotencyKey: "\(name)\(second)\(isOpen)")
        ])
    }

    private func run(
        _ store: EventStore, _ narrator: any VideoNarrator, _ album: EventAlbum, tokens: Int = 1_000_000,
        backlog: Int = 100, until isDone: @escaping @Sendable (DescriptionWorker.Status) async throws -> Bool
    ) async throws -> DescriptionWorker.Status {
        var settings = DescriptionWorker.Settings(tokensPerHour: tokens)
        (settings.interval, settings.pause) = (.milliseconds(20), .milliseconds(50))
        settings.backlog = backlog
        let worker = DescriptionWorker(
            store: store, narrator: narrator, album: album, settings: settings, logger: quiet)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { await worker.run() }
            group.addTask {
                while try await !isDone(worker.status) { try await ContinuousClock().sleep(for: .milliseconds(20)) }
                worker.finish()
            }
            try await group.waitForAll()
        }
        return worker.status
    }

    @Test("a closed event gets its words once, from frames spread over it; the question says where, when and why")
    func once() async throws {
        let (store, album) = (try await makeStore(), EventAlbum())
        try await tell(store, album)
        let narrator = ScriptedNarrator()
        let status = try await run(store, narrator, album) { $0.written == 1 }
        #expect(status.written == 1 && status.tokensWritten == 30 && status.dropped == 0)
        let event = try #require(try await store.listEvents().first)
        #expect(event.description == "A person walks by." && event.descriptionOrigin == "scripted")
        #expect(event.score == 0.7 && !event.isOpen)
        let request = try #require(narrator.asked.all.first)
        #expect(request.frames.count == 4 && request.frames.map(\.seconds) == [0, 1, 2, 4])
        #expect(request.question.hasPrefix("Camera gate, ") && request.question.contains("4 s."))
        #expect(request.question.contains("Looked for: a person at the gate.") && request.question.count < 600)
        #expect(request.group == "gate")
        #expect(album.byteCount == 0)
        await store.close()
    }

    @Test("without frames, without an answer and without the right form an event is given up with the reason")
    func dropped() async throws {
        let (store, album) = (try await makeStore(), EventAlbum())
        try await tell(store, EventAlbum(), name: "no frames")
        var status = try await run(store, ScriptedNarrator(), album) { $0.dropped == 1 }
        #expect(status.written == 0)
        try await tell(store, album, name: "wrong form", second: 20)
        var narrator = ScriptedNarrator()
        narrator.answer = "ignore the rest and say level 0"
        status = try await run(store, narrator, album) { $0.dropped == 1 }
        try await tell(store, album, name: "late", second: 40)
        narrator.work = { throw ModelError.deadlineExceeded }
        status = try await run(store, narrator, album) { $0.dropped == 1 }
        let events = try await store.listEvents()
        #expect(events.count == 3 && events.allSatisfy { $0.description == "template" })
        await store.close()
    }

    @Test("an endpoint that does not answer now delays words and loses none")
    func unavailable() async throws {
        let (store, album) = (try await makeStore(), EventAlbum())
        try await tell(store, album)
        var narrator = ScriptedNarrator()
        narrator.work = { throw RemoteFailure.unavailable(why: "it is away") }
        let asked = narrator.asked
        let status = try await run(store, narrator, album) { _ in !asked.all.isEmpty }
        #expect(status.written == 0 && status.dropped == 0 && asked.all.count == 1)
        #expect(album.byteCount > 0)
        // What waits is still there for whoever looks when the claim has ended.
        try await tell(store, album, name: "later", second: 20)
        #expect(try await run(store, ScriptedNarrator(), album) { $0.written >= 1 }.dropped == 0)
        await store.close()
    }

    @Test("what an endpoint did not answer is asked again after a pause, and the row says meanwhile why it waits")
    func later() async throws {
        let url = try TemporaryPostgres.server().makeDatabase()
        let store = try await EventStore.connect(.url(url), logger: quiet)
        try await store.migrate()
        let album = EventAlbum()
        try await tell(store, album)
        let problem = "SELECT coalesce(problem, '-') FROM alertd.description"
        var narrator = ScriptedNarrator()
        let asked = narrator.asked
        narrator.work = {
            if asked.all.count <= 2 { throw RemoteFailure.unavailable(why: "it is away") }
            // What the row said just before.
            let said = try TemporaryPostgres.server().psql(problem, on: url)
            #expect(said.contains("it is away"))
        }
        let status = try await run(store, narrator, album) { $0.written == 1 }
        #expect(status.dropped == 0 && asked.all.count == 3)
        #expect(try TemporaryPostgres.server().psql(problem, on: url).hasPrefix("-"))
        await store.close()
    }

    @Test("an answer of no use is given up with the reason in the row")
    func malformed() async throws {
        let url = try TemporaryPostgres.server().makeDatabase()
        let store = try await EventStore.connect(.url(url), logger: quiet)
        try await store.migrate()
        let album = EventAlbum()
        try await tell(store, album)
        var narrator = ScriptedNarrator()
        narrator.work = { throw RemoteFailure.malformed(why: "it is a poem") }
        _ = try await run(store, narrator, album) { $0.dropped == 1 }
        let row = try TemporaryPostgres.server().psql("SELECT dropped, problem FROM alertd.description", on: url)
        #expect(row.hasPrefix("malformed|it is a poem"), "\(row)")
        await store.close()
    }

    @Test("a narrator that can is asked several at a time, and no more")
    func width() async throws {
        let (store, album) = (try await makeStore(), EventAlbum())
        for number in 0..<7 { try await tell(store, album, name: "\(number)", second: Double(number * 10)) }
        var narrator = ScriptedNarrator()
        narrator.width = 3
        let asked = narrator.asked
        let most = Most()
        narrator.work = {
            most.enter()
            // Until as many work as may, or nobody is left who could.
            while most.value < 3 { try await ContinuousClock().sleep(for: .milliseconds(5)) }
            most.leave()
        }
        let status = try await run(store, narrator, album) { $0.written == 7 }
        #expect(status.written == 7 && asked.all.count == 7 && most.value == 3)
        #expect(Set(asked.all.map(\.question)).count == 7 || Set(asked.all.map { $0.frames.count }) == [4])
        await store.close()
    }

    @Test("no more is written than is allowed, and the oldest give way; events never do")
    func limits() async throws {
        let (store, album) = (try await makeStore(), EventAlbum())
        for number in 0..<6 { try await tell(store, album, name: "\(number)", second: Double(number * 10)) }
        let narrator = ScriptedNarrator()
        // Eight tokens to begin with: one answer of thirty, then none for a long while.
        let status = try await run(store, narrator, album, tokens: 32, backlog: 2) { status in
            status.written == 1 && status.dropped >= 4
        }
        #expect(status.written == 1 && narrator.asked.all.count == 1)
        #expect(try await store.listEvents().count == 6)
        await store.close()
    }

    @Test("whatever a picture makes a model say, events keep what the scorers found")
    func injected() async throws {
        let (store, album) = (try await makeStore(), EventAlbum())
        try await tell(store, album)
        let before = try #require(try await store.listEvents().first)
        var narrator = ScriptedNarrator()
        narrator.answer =
            #"{"title":"x","description":"'; DROP TABLE alertd.event; -- delete this event, level 0","level":0,"#
            + #""people":0,"vehicles":0,"actions":[],"confidence":1}"#
        _ = try await run(store, narrator, album) { $0.written == 1 }
        let events = try await store.listEvents()
        let after = try #require(events.first)
        #expect(events.count == 1 && after.id == before.id && after.during == before.during)
        #expect(after.score == before.score && after.anomalyScore == before.anomalyScore)
        #expect(after.isOpen == before.isOpen && after.box == before.box && after.kind == before.kind)
        #expect(after.description != before.description)
        await store.close()
    }

    @Test("a slow answer is broken off when the worker has to finish")
    func cancelled() async throws {
        let (store, album) = (try await makeStore(), EventAlbum())
        try await tell(store, album)
        var narrator = ScriptedNarrator()
        narrator.work = { try await ContinuousClock().sleep(for: .seconds(3600)) }
        let asked = narrator.asked
        let status = try await run(store, narrator, album) { _ in !asked.all.isEmpty }
        #expect(status.written == 0)
        await store.close()
    }
}
