import Base
import Store
import TestSupport
import Testing

@Suite("Store writer", .tags(.integration), .timeLimit(.minutes(5)))
struct StoreWriterTests {
    @Test("what is handed in is stored in order, and the writer ends when it has been told to and nothing waits")
    func drains() async throws {
        let (store, _) = try await makeStore()
        let writer = StoreWriter(store: store, logger: quiet)
        async let running: Void = writer.run()
        for index in 0..<600 {
            writer.enqueue(.event(write(try event(Double(index * 10), Double(index * 10 + 5)), key: "\(index)")))
        }
        writer.enqueue(.coverage(TimeSpan(start: moment(0), end: moment(6000)), camera: try camera()))
        writer.finish()
        await running
        #expect(try await store.listEvents(EventFilter(limit: 1000)).count == 600)
        #expect(try await store.listCoverage().count == 1)
        #expect(writer.status.waiting == 0 && writer.status.isVerified && writer.status.failure == nil)
        await store.close()
    }

    @Test("a change that the database refuses is counted, and keeps nothing else from being stored")
    func refused() async throws {
        let (store, _) = try await makeStore()
        let writer = StoreWriter(store: store, logger: quiet)
        writer.enqueue(.event(write(try event(0, 1), key: "a")))
        writer.enqueue(.scores([ScoreSample(lane: "nonsense", at: moment(0), value: 1)], camera: try camera()))
        writer.enqueue(.event(write(try event(10, 11), key: "")))
        writer.enqueue(.event(write(try event(20, 21), key: "b")))
        writer.finish()
        await writer.run()
        #expect(writer.status.refused == 2)
        #expect(try await store.listEvents().map(\.during.start) == [moment(0), moment(20)])
        await store.close()
    }

    @Test("while the database is away changes wait; once it is there they are stored")
    func away() async throws {
        let server = try TemporaryPostgres.server()
        let missing = "later\(UInt32.random(in: 0 ... .max))"
        let store = try await EventStore.connect(.url(server.url(database: missing)), logger: quiet)
        let writer = StoreWriter(store: store, logger: quiet)
        async let running: Void = writer.run()
        writer.enqueue(.event(write(try event(0, 1), key: "a")))
        while writer.status.failure == nil { await Task.yield() }
        #expect(writer.status.waiting == 1 && !writer.status.isVerified)
        try server.psql("CREATE DATABASE \(missing)", on: server.url())
        try await store.migrate()
        writer.finish()
        await running
        #expect(try await store.listEvents().count == 1 && writer.status.failure == nil)
        await store.close()
    }

    @Test("later tellings of one thing replace its span, also by a shorter one; a stranger's evidence is kept")
    func replacing() async throws {
        let (store, _) = try await makeStore()
        func tell(_ start: Double, _ end: Double, _ key: String, isOpen: Bool) async throws -> EventOutcome {
            let told = EventWrite(
                event: try event(start, end, isOpen: isOpen), description: nil, idempotencyKey: key, replaces: "thing/")
            return try #require(try await store.record([told]).first)
        }
        let opened = try await tell(0, 10, "thing/1", isOpen: true)
        let grown = try await tell(0, 20, "thing/2", isOpen: true)
        #expect(grown.id == opened.id && grown.change == .update)
        #expect(try await tell(2, 15, "thing/3", isOpen: false).change == .close)
        #expect(try await store.listEvents().map(\.during) == [TimeSpan(start: moment(2), end: moment(15))])
        let again = try await tell(40, 50, "thing/4", isOpen: true)
        #expect(again.id == opened.id && again.change == .open)
        #expect(try await tell(2, 15, "thing/5", isOpen: false).id == opened.id)
        // Somebody else saw it as well: from now on nothing of it is taken back.
        try await store.record([write(event(10, 30), key: "other")])
        _ = try await tell(3, 14, "thing/6", isOpen: false)
        let all = try await store.listEvents()
        #expect(all.map(\.during) == [TimeSpan(start: moment(2), end: moment(30))])
        #expect(try await tell(3, 14, "thing/6", isOpen: false).change == .none)
        await store.close()
    }
}
