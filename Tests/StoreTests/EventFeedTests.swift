import Base
import Store
import TestSupport
import Testing

@Suite("Event feed", .tags(.integration), .timeLimit(.minutes(5)))
struct EventFeedTests {
    @Test("changes come in the order of their commits, with the event as it is")
    func order() async throws {
        let (store, _) = try await makeStore()
        let open = try event(0, 10, isOpen: true)
        let id = try #require(try await store.record([write(open, key: "a")]).first).id
        try await store.record([write(event(0, 20), key: "b")])
        let feed = store.changes(after: 0)
        var changes = try await feed.next()
        #expect(changes.map(\.change) == [.open, .close] && changes.allSatisfy { $0.eventID == id })
        #expect(changes.map(\.id) == changes.map(\.id).sorted() && Set(changes.map(\.id)).count == 2)
        #expect(changes.last?.event?.during.end == moment(20) && changes.last?.kind == "query")
        // A merge tells the end of what was absorbed; the event is gone then.
        try await store.record([write(event(30, 40), key: "c"), write(event(15, 35), key: "d")])
        changes = try await feed.next()
        #expect(changes.contains { $0.event == nil && $0.change == .close })
        #expect(changes.last?.event?.during == TimeSpan(start: moment(0), end: moment(40)))
        await store.close()
    }

    @Test("without a number it begins with what comes after the start")
    func fromNow() async throws {
        let (store, _) = try await makeStore()
        try await store.record([write(event(0, 10), key: "a")])
        let feed = store.changes(after: nil)
        try await feed.start()
        let id = try #require(try await store.record([write(event(50, 60), key: "b")]).first).id
        #expect(try await feed.next().map(\.eventID) == [id, id])
        await store.close()
    }

    @Test("who waits is woken by the commit")
    func wakes() async throws {
        let (store, _) = try await makeStore()
        let feed = store.changes(after: 0)
        try await feed.start()
        async let waited = feed.next()
        try await store.record([write(event(0, 10), key: "a")])
        #expect(try await waited.first?.change == .open)
        await store.close()
    }

    @Test("after the connection was lost it goes on where it was, and misses nothing")
    func reconnects() async throws {
        let (store, url) = try await makeStore()
        let server = try TemporaryPostgres.server()
        let feed = store.changes(after: nil)
        try await feed.start()
        try await store.record([write(event(0, 10), key: "a")])
        let first = try await feed.next()
        try server.psql(
            """
            SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
            WHERE datname = current_database() AND query LIKE '%alertd.outbox%' AND pid <> pg_backend_pid()
            """, on: url)
        try await store.record([write(event(50, 60), key: "b")])
        let error = await storeError { _ = try await feed.next() }
        guard case .unavailable = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        let second = try await feed.next()
        #expect(second.map(\.change) == [.open, .close])
        #expect(try #require(second.first).id > (try #require(first.last).id))
        await store.close()
    }

    @Test("cancelling ends the waiting at once")
    func cancellation() async throws {
        let (store, _) = try await makeStore()
        let feed = store.changes(after: nil)
        try await feed.start()
        let begin = ContinuousClock.now
        let error = await withTaskGroup(of: StoreError?.self) { group in
            group.addTask { await storeError { _ = try await feed.next() } }
            group.cancelAll()
            return await group.next() ?? nil
        }
        #expect(error == .cancelled(what: "follow events"))
        #expect(ContinuousClock.now - begin < .seconds(20))
        await store.close()
    }

    @Test("a camera's standing says when it was last watched, and why it is not")
    func standings() async throws {
        let (store, _) = try await makeStore()
        try await store.ensureCamera(try camera("new"))
        try await store.recordCoverage(TimeSpan(start: moment(0), end: moment(60)), camera: try camera())
        let blind = Event(
            camera: try camera(), source: .blind(reason: .noStream),
            during: TimeSpan(start: moment(60), end: moment(70)), startError: 0, endError: 0, isOpen: true, score: 1,
            anomalyScore: nil, box: nil, clock: .arrival)
        try await store.record([write(blind, key: "blind")])
        let standings = try await store.cameraStandings()
        #expect(standings.map(\.camera) == ["gate", "new"])
        #expect(standings.first?.lastWatched == moment(60) && standings.first?.blindReason == "no_stream")
        #expect(standings.first?.blindSince == moment(60))
        #expect(standings.last?.lastWatched == nil && standings.last?.blindReason == nil)
        await store.close()
    }
}
