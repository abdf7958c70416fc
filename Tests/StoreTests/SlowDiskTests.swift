import Base
import Foundation
import Store
import TestSupport
import Testing

/// A disk that takes its time: writing goes on, nothing piles up in memory, nothing is lost or told twice.
@Suite("A slow disk", .tags(.integration), .timeLimit(.minutes(5)))
struct SlowDiskTests {
    private func change(_ index: Int) throws -> StoreWrite {
        .event(write(try event(Double(index) * 10, Double(index) * 10 + 5), key: "\(index)"))
    }

    @Test("under PostgreSQL: what comes faster than it commits waits in the spool, and is stored once")
    func server() async throws {
        let disk = try SlowDisk(milliseconds: 250)
        let server = try TemporaryPostgres.server(on: disk)
        let store = try await EventStore.connect(.url(try server.makeDatabase()), logger: quiet)
        try await store.migrate()
        let state = TemporaryDirectory("slow")
        defer { state.remove() }
        _ = try StateDirectory.prepare(state.path)
        let spool = try await Spool.open(stateDirectory: state.path)
        let writer = StoreWriter(store: store, spool: spool, logger: quiet)
        let before = disk.waits
        async let running: Void = writer.run()
        for index in 0..<3000 {
            writer.enqueue(try change(index))
            // Told twice now and then, as a daemon does that was killed after the first time.
            if index % 7 == 0 { writer.enqueue(try change(index)) }
        }
        while writer.status.waiting > 0 { await Task.yield() }
        // Memory is free again while the server is still busy with what the spool holds.
        #expect(await !spool.isEmpty)
        writer.finish()
        await running
        #expect(await spool.isEmpty)
        #expect(writer.status.refused == 0 && writer.status.failure == nil)
        #expect(disk.waits - before > 10, "the server did not wait for the disk")
        let events = try await store.listEvents(EventFilter(limit: 10_000))
        #expect(events.map(\.during.start) == (0..<3000).map { moment(Double($0) * 10) })
        await store.close()
    }
}
