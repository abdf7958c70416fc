import Base
import Foundation
import Store
import TestSupport
import Testing

@Suite("Events", .tags(.integration), .timeLimit(.minutes(5)))
struct EventMergeTests {
    @Test("an event comes back as it was written")
    func roundTrip() async throws {
        let (store, _) = try await makeStore()
        let written = try event(0, 10.5, score: 0.75)
        let outcome = try await store.record([write(written, key: "a", words: "A person.")])
        let id = try #require(outcome.first).id
        let record = try #require(try await store.event(id))
        #expect(record.camera == "gate" && record.kind == "query" && record.reason == nil)
        #expect(record.query == "person" && record.queryText == "a person" && record.during == written.during)
        #expect(record.startError == 1 && record.endError == 2 && !record.isOpen && record.score == 0.75)
        #expect(record.anomalyScore == nil && record.description == "A person." && record.clock == .file)
        #expect(record.descriptionOrigin == "template" && record.box == written.box)
        let blind = Event(
            camera: try camera(), source: .blind(reason: .noStream), during: written.during, startError: 0,
            endError: 0, isOpen: true, score: 1, anomalyScore: 0.5, box: nil, clock: .arrival)
        try await store.record([write(blind, key: "b")])
        let listed = try #require(try await store.listEvents(EventFilter(kind: "blind")).first)
        #expect(listed.reason == "no_stream" && listed.query == nil && listed.isOpen && listed.box == nil)
        #expect(listed.description == nil && listed.descriptionOrigin == nil && listed.anomalyScore == 0.5)
        await store.close()
    }

    @Test("a zero byte, which PostgreSQL's text cannot hold, costs no event")
    func zeroBytes() async throws {
        let (store, _) = try await makeStore()
        let written = try event(0, 10, query: "per\0son")
        try await store.record([write(written, key: "a\0b", words: "A \0person.")])
        let record = try #require(try await store.listEvents().first)
        #expect(record.query == "per\u{FFFD}son" && record.description == "A \u{FFFD}person.")
        await store.close()
    }

    @Test("overlapping spans of one source become their union, with the best score, nothing dropped")
    func merge() async throws {
        let (store, _) = try await makeStore()
        let outcomes = try await store.record([
            write(event(0, 10, score: 0.4), key: "a", words: "low"), write(event(20, 30, score: 0.9), key: "b"),
            write(event(9, 21, score: 0.7), key: "c", words: "middle"), write(event(30, 40, score: 0.1), key: "d"),
            write(event(5, 6, query: "car"), key: "e"), write(event(5, 6, camera: "door"), key: "f"),
        ])
        #expect(outcomes.map(\.change) == [.open, .open, .update, .open, .open, .open])
        #expect(outcomes[2].id == outcomes[0].id)
        let merged = try #require(try await store.event(outcomes[0].id))
        #expect(merged.during == TimeSpan(start: moment(0), end: moment(30)) && merged.score == 0.9)
        #expect(merged.description == "middle")
        #expect(try await store.event(outcomes[1].id) == nil)
        #expect(try await store.listEvents().count == 4)
        await store.close()
    }

    @Test("the order of writing does not matter")
    func order() async throws {
        let spans = [(0.0, 10.0), (20, 30), (9, 21), (25, 26), (40, 50), (49, 60)]
        var seen: Set<[TimeSpan]> = []
        for seed in 0..<6 {
            let (store, _) = try await makeStore()
            let turned = Array(spans[seed...] + spans[..<seed])
            for (index, span) in turned.enumerated() {
                try await store.record([write(event(span.0, span.1), key: "\(index)")])
            }
            seen.insert(try await store.listEvents().map(\.during))
            await store.close()
        }
        #expect(seen == [[TimeSpan(start: moment(0), end: moment(30)), TimeSpan(start: moment(40), end: moment(60))]])
    }

    @Test("the same key again changes nothing")
    func idempotency() async throws {
        let (store, url) = try await makeStore()
        try await store.record([write(event(0, 10), key: "a"), write(event(8, 20), key: "b")])
        let before = try await store.listEvents()
        let outbox = "SELECT count(*) FROM alertd.outbox"
        let told = try TemporaryPostgres.server().psql(outbox, on: url)
        let again = try await store.record([write(event(0, 99, score: 1), key: "b"), write(event(0, 10), key: "a")])
        #expect(again.map(\.change) == [.none, .none] && again[0].id == before[0].id)
        #expect(try await store.listEvents() == before)
        #expect(try TemporaryPostgres.server().psql(outbox, on: url) == told)
        // A key belongs to a camera: the same recording may be ingested for another one.
        #expect(try await store.record([write(event(0, 10, camera: "door"), key: "a")]).map(\.change) == [.open])
        await store.close()
    }

    @Test("an open event is extended, then closed at its last evidence; a short span inside does not close it")
    func openAndClose() async throws {
        let (store, url) = try await makeStore()
        let steps = [
            write(try event(0, 1, isOpen: true), key: "1"), write(try event(0, 5, isOpen: true), key: "2"),
            write(try event(2, 3), key: "3"), write(try event(0, 6), key: "4"),
            write(try event(5, 9, isOpen: true), key: "5"),
        ]
        var changes: [EventOutcome.Change] = []
        for step in steps { changes += try await store.record([step]).map(\.change) }
        #expect(changes == [.open, .update, .none, .close, .open])
        #expect(try await store.closeOpenEvents(of: camera()) == 1)
        #expect(try await store.closeOpenEvents(of: camera()) == 0)
        let record = try #require(try await store.listEvents().first)
        #expect(!record.isOpen && record.during == TimeSpan(start: moment(0), end: moment(9)))
        let told = try TemporaryPostgres.server().psql("SELECT change FROM alertd.outbox ORDER BY id", on: url)
        #expect(told.split(separator: "\n") == ["open", "update", "close", "open", "close"])
        await store.close()
    }

    @Test("many writers at once lose nothing and tell nothing twice")
    func concurrentWriters() async throws {
        let (store, url) = try await makeStore()
        await store.close()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for worker in 0..<4 {
                group.addTask {
                    let store = try await EventStore.open(.url(url), logger: quiet)
                    for step in 0..<40 {
                        // Worker 0's and 2's spans bridge those of 1 and 3; every key is written by two workers.
                        let start = Double(step * 10 + (worker % 2) * 5)
                        let item = write(try event(start, start + 6), key: "\(worker % 2)-\(step)")
                        try await store.record([item])
                    }
                    await store.close()
                }
            }
            try await group.waitForAll()
        }
        let listed = try await EventStore.open(.url(url), logger: quiet).listEvents()
        #expect(listed.map(\.during) == [TimeSpan(start: moment(0), end: moment(401))])
        let server = try TemporaryPostgres.server()
        let keys = try server.psql("SELECT count(*), count(DISTINCT event_id) FROM alertd.event_key", on: url)
        #expect(keys == "80|1\n")
        // Commit order: a later id is never visible before an earlier one, so commit times grow with ids.
        let unordered = try server.psql(
            """
            SELECT count(*) FROM (SELECT committed_at < lag(committed_at) OVER (ORDER BY id) AS early
            FROM alertd.outbox) AS o WHERE early
            """, on: url)
        #expect(unordered == "0\n")
    }

    @Test("a batch is written whole or not at all")
    func atomic() async throws {
        let (store, _) = try await makeStore()
        let bad = try event(20, 30, score: .nan)
        let error = await storeError {
            try await store.record([write(event(0, 10), key: "a"), write(bad, key: "b")])
        }
        guard case .constraint("event_scores_are_finite", "event", _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try await store.listEvents() == [])
        await store.close()
    }

    @Test("a query too long to be kept is refused before anything is written")
    func longQuery() async throws {
        let (store, _) = try await makeStore()
        let long = String(repeating: "ü", count: 1000)
        let error = await storeError { try await store.record([write(event(0, 1, query: long), key: "a")]) }
        guard case .invalidValue = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(try await store.record([write(event(0, 1, query: String(long.dropLast(10))), key: "a")]).count == 1)
        await store.close()
    }

    @Test("the schema refuses what is not a span, and a second telling past the writer")
    func constraints() async throws {
        let (store, url) = try await makeStore()
        try await store.record([write(event(0, 10), key: "a")])
        let server = try TemporaryPostgres.server()
        let copy = { (during: String) in
            """
            INSERT INTO alertd.event (camera_id, source, during, is_open, start_error, end_error, score, clock)
            SELECT camera_id, source, \(during), false, 0, 0, 0, 'file' FROM alertd.event
            """
        }
        for during in ["during", "'empty'", "tstzrange(now(), NULL)", "tstzrange(now(), 'infinity')"] {
            #expect(throws: TemporaryPostgres.Failure.self) { try server.psql(copy(during), on: url) }
        }
        try server.psql(copy("tstzrange(upper(during), upper(during) + interval '1s')"), on: url)
        #expect(try await store.listEvents().count == 2)
        await store.close()
    }

    @Test("lists filter by camera, kind and time, and give the latest first dropped by the limit")
    func lists() async throws {
        let (store, _) = try await makeStore()
        for index in 0..<10 {
            let name = index % 2 == 0 ? "gate" : "door"
            try await store.record([
                write(event(Double(index * 10), Double(index * 10 + 5), camera: name), key: "\(index)")
            ])
        }
        func starts(_ filter: EventFilter) async throws -> [Double] {
            try await store.listEvents(filter).map { $0.during.start.seconds(since: moment(0)) }
        }
        #expect(try await starts(EventFilter(camera: camera("door"))) == [10, 30, 50, 70, 90])
        #expect(try await starts(EventFilter(since: moment(74), until: moment(90))) == [70, 80])
        #expect(try await starts(EventFilter(since: moment(75))) == [80, 90])
        #expect(try await starts(EventFilter(limit: 3)) == [70, 80, 90])
        #expect(try await starts(EventFilter(kind: "anomaly")) == [])
        #expect(try await starts(EventFilter(since: moment(50), until: moment(10))) == [])
        #expect(try await store.cameras() == ["door", "gate"])
        await store.close()
    }
}
