import Base
import Foundation
import Glibc
import Store
import TestSupport
import Testing

/// A server that is killed, goes away, cuts connections, or has no room: nothing is lost, and nothing is told twice.
@Suite("Faults of the server", .tags(.integration), .timeLimit(.minutes(10)))
struct ServerFaultTests {
    private func change(_ index: Int) throws -> StoreWrite {
        .event(write(try event(Double(index) * 10, Double(index) * 10 + 5), key: "\(index)", words: "Event \(index)."))
    }

    private func scores(_ index: Int) throws -> StoreWrite {
        let samples = (0..<20).map {
            ScoreSample(lane: "anomaly:normality", at: moment(Double(index) + Double($0) / 20), value: Double($0))
        }
        return .scores(samples, camera: try camera())
    }

    private func postmaster(_ state: ClusterState) throws -> pid_t {
        let text = try String(contentsOfFile: state.path + "/postgres/data/postmaster.pid", encoding: .utf8)
        return try #require(pid_t(text.prefix { $0 != "\n" }))
    }

    @Test("PostgreSQL killed with -9 again and again while a daemon writes")
    func killed() async throws {
        let state = try ClusterState()
        defer { state.remove() }
        let store = try await EventStore.open(.embedded(stateDirectory: state.path), logger: quiet)
        let writer = StoreWriter(store: store, spool: try await Spool.open(stateDirectory: state.path), logger: quiet)
        async let running: Void = writer.run()
        for round in 0..<4 {
            for index in (round * 200)..<(round * 200 + 200) {
                writer.enqueue(try change(index))
                if index % 10 == 0 { writer.enqueue(try scores(index)) }
            }
            // In the middle of writing that round; the writer starts the server again.
            kill(try postmaster(state), SIGKILL)
            while try await store.answers() == false { await Task.yield() }
        }
        writer.finish()
        await running
        if await writer.spool?.isEmpty == false {
            // It ended while the server was away: the next process stores the rest.
            try await store.reviveForTest(state)
            let next = StoreWriter(store: store, spool: try await Spool.open(stateDirectory: state.path), logger: quiet)
            next.finish()
            await next.run()
        }
        let events = try await store.listEvents(EventFilter(limit: 10_000))
        #expect(events.map(\.during.start) == (0..<800).map { moment(Double($0) * 10) })
        #expect(try await store.listAnomalies().count == 80 * 20)
        await store.close()
    }

    @Test("connections cut in the middle of COPY: the batch is there once, or not at all")
    func cutCopies() async throws {
        let (store, url) = try await makeStore()
        let server = try TemporaryPostgres.server()
        let samples = (0..<60_000).map { ScoreSample(lane: "anomaly:normality", at: moment(Double($0)), value: 1) }
        var cuts = 0
        for _ in 0..<200 where cuts < 3 {
            async let written = store.recordScores(samples, camera: camera())
            let database = try #require(url.firstMatch(of: /test\d+/)).output
            let cut = """
                DO $$ BEGIN
                    FOR i IN 1..2000000 LOOP
                        PERFORM pg_stat_clear_snapshot();
                        PERFORM pg_terminate_backend(pid) FROM pg_stat_activity
                        WHERE datname = '\(database)' AND query LIKE 'COPY alertd.score%' AND state = 'active';
                        EXIT WHEN FOUND;
                        EXIT WHEN i > 20000;
                    END LOOP;
                END $$
                """
            try server.psql(cut, on: server.url())
            do {
                _ = try await written
            } catch StoreError.unavailable {
                cuts += 1
                #expect(try await store.listAnomalies(limit: 1).isEmpty)
                continue
            }
            try server.psql("TRUNCATE alertd.score", on: url)
        }
        #expect(cuts == 3)
        #expect(try await store.recordScores(samples, camera: camera()) == 60_000)
        #expect(try await store.recordScores(samples, camera: camera()) == 0)
        await store.close()
    }

    @Test("a server that is away for an hour of changes, while two daemons in a row are killed")
    func away() async throws {
        let state = TemporaryDirectory("faults")
        defer { state.remove() }
        _ = try StateDirectory.prepare(state.path)
        var index = 0
        for _ in 0..<2 {
            let nobody = try await EventStore.connect(
                .url("postgresql://nobody@/none?host=/nonexistent"), logger: quiet)
            let writer = StoreWriter(
                store: nobody, spool: try await Spool.open(stateDirectory: state.path), logger: quiet)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await writer.run() }
                // Half an hour: an event every ten seconds, twenty values and a word on coverage every second.
                for second in 0..<1800 {
                    if second % 10 == 0 {
                        writer.enqueue(try change(index))
                        index += 1
                    }
                    writer.enqueue(try scores(index * 10 + second % 10))
                    let watched = TimeSpan(start: moment(0), end: moment(Double(index * 10)))
                    writer.enqueue(.coverage(watched, camera: try camera()))
                }
                while writer.status.waiting > 0 { await Task.yield() }
                group.cancelAll()
            }
            await nobody.close()
        }
        let (store, _) = try await makeStore()
        let spool = try await Spool.open(stateDirectory: state.path)
        let writer = StoreWriter(store: store, spool: spool, logger: quiet)
        writer.finish()
        await writer.run()
        #expect(await spool.isEmpty)
        #expect(try await store.listEvents(EventFilter(limit: 10_000)).count == 360)
        #expect(try await store.listAnomalies().count == 3600 * 20)
        let coverage = try await store.listCoverage()
        #expect(coverage.map(\.during) == [TimeSpan(start: moment(0), end: moment(3600))])
        await store.close()
    }

    @Test("a full disk under PostgreSQL: what comes waits in the spool, and is stored when there is room")
    func full() async throws {
        let state = try ClusterState()
        defer { state.remove() }
        let data = state.path + "/small"
        guard let disk = SmallDisk(kilobytes: 220 * 1024, below: data) else {
            try skipCase("a full disk for PostgreSQL", because: "only root can mount a file system in memory")
        }
        defer { disk.remove() }
        // The whole cluster on the small disk; state and spool stay on the large one.
        let move = Process()
        move.executableURL = URL(filePath: "/bin/sh")
        move.arguments = [
            "-c",
            "cp -a $1/postgres/. $2/ && chown --reference=$1/postgres $2 && chmod 700 $2 && mount --bind $2 $1/postgres",
            "sh", state.path, data,
        ]
        try move.run()
        move.waitUntilExit()
        #expect(move.terminationStatus == 0)
        defer { umount2(state.path + "/postgres", Int32(MNT_DETACH)) }
        let store = try await EventStore.open(.embedded(stateDirectory: state.path), logger: quiet)
        let filler = data + "/filler"
        _ = FileManager.default.createFile(atPath: filler, contents: nil)
        let file = try FileHandle(forWritingTo: URL(filePath: filler))
        let chunk = Data(count: 1 << 16)
        while (try? file.write(contentsOf: chunk)) != nil {}
        try? file.close()
        let writer = StoreWriter(store: store, spool: try await Spool.open(stateDirectory: state.path), logger: quiet)
        async let running: Void = writer.run()
        var count = 0
        while writer.status.failure == nil, count < 100_000 {
            writer.enqueue(
                .scores(
                    (0..<200).map {
                        ScoreSample(lane: "anomaly:normality", at: moment(Double(count * 200 + $0)), value: 1)
                    }, camera: try camera()))
            writer.enqueue(try change(count))
            count += 1
            while writer.status.waiting > 100, writer.status.failure == nil { await Task.yield() }
        }
        #expect(writer.status.failure != nil)
        try FileManager.default.removeItem(atPath: filler)
        while writer.status.failure != nil { await Task.yield() }
        writer.finish()
        await running
        #expect(try await store.listEvents(EventFilter(limit: 100_000)).count == count)
        #expect(try await store.listAnomalies(limit: 30_000_000).count == count * 200)
        await store.close()
    }
}

extension EventStore {
    /// Whether the server answers.
    fileprivate func answers() async throws -> Bool {
        do {
            _ = try await status()
            return true
        } catch StoreError.unavailable {
            return false
        }
    }

    /// Starts the private cluster's server again by joining it with another store.
    fileprivate func reviveForTest(_ state: ClusterState) async throws {
        let other = try await EventStore.open(.embedded(stateDirectory: state.path), logger: quiet)
        await other.close()
    }
}
