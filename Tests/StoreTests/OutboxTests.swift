import Base
import Store
import TestSupport
import Testing

@Suite("The outbox", .tags(.integration), .timeLimit(.minutes(5)))
struct OutboxTests {
    @Test("a writer waits for one that has not committed, so a lower id never appears after a higher one")
    func interleaved() async throws {
        let (store, url) = try await makeStore()
        let address = try DatabaseAddress(url)
        let (first, observer) = (DatabaseConnection(address: address), DatabaseConnection(address: address))
        let record = """
            SELECT event_id FROM alertd.record_event('gate', 'query:car', 'a car', now(), now(), false, 1, 1, 0.5, null,
                null, null, 'file', null, 'slow')
            """
        try await first.run("begin") { session throws(StoreError) in
            try session.script("begin", "BEGIN")
            _ = try session.query("record", record)
        }
        async let second = store.record([write(event(0, 1), key: "fast")])
        // Until the second writer is seen to wait for the first one's lock.
        let waiting = "SELECT count(*) AS n FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        try await observer.run("watch") { session throws(StoreError) in
            while try session.query("watch", waiting).only().integer("n") == 0 {}
            let visible = try session.query("watch", "SELECT count(*) AS n FROM alertd.outbox").only()
            #expect(try visible.integer("n") == 0)
        }
        try await first.run("commit") { session throws(StoreError) in try session.script("commit", "COMMIT") }
        let fast = try #require(try await second.first).id
        let order = "SELECT string_agg(event_id::text, ',' ORDER BY id) FROM alertd.outbox WHERE change = 'open'"
        let told = try TemporaryPostgres.server().psql(order, on: url)
        #expect(told.split(separator: ",").last.map { $0.dropLast() } == "\(fast)")
        #expect(told.split(separator: ",").count == 2)
        await first.close()
        await observer.close()
        await store.close()
    }

    @Test("a reader that asks for what lies after the last id it has seen misses nothing, whoever commits when")
    func tail() async throws {
        let (store, url) = try await makeStore()
        await store.close()
        let writers = 4
        let finished = Sizes()
        let seen = try await withThrowingTaskGroup(of: [Int64].self) { group in
            for writer in 0..<writers {
                group.addTask {
                    let store = try await EventStore.open(.url(url), logger: quiet)
                    for step in 0..<25 {
                        let starts = (0...(step % 4)).map { Double(writer * 10_000 + step * 100 + $0 * 10) }
                        try await store.record(starts.map { write(try event($0, $0 + 1), key: "\($0)") })
                    }
                    await store.close()
                    finished.append(writer)
                    return []
                }
            }
            group.addTask {
                let connection = DatabaseConnection(address: try DatabaseAddress(url))
                var ids: [Int64] = []
                var isLast = false
                while true {
                    let last = ids.last ?? 0
                    let fresh = try await connection.run("read") { session throws(StoreError) in
                        try session.query(
                            "read", "SELECT id FROM alertd.outbox WHERE id > $1 ORDER BY id", [.integer(last)]
                        )
                        .map { row throws(StoreError) in try row.integer("id") }
                    }
                    ids += fresh
                    if isLast { break }
                    isLast = finished.all.count == writers
                }
                await connection.close()
                return ids
            }
            return try await group.reduce(into: []) { $0 += $1 }
        }
        let all = try TemporaryPostgres.server().psql("SELECT id FROM alertd.outbox ORDER BY id", on: url)
        #expect(seen.map(String.init) == all.split(separator: "\n").map(String.init))
        #expect(seen.count > 400)
    }
}
