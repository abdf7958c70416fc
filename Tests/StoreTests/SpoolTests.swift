import Base
import Foundation
import Logging
import Store
import TestSupport
import Testing

@Suite("Spool", .tags(.integration), .timeLimit(.minutes(5)))
struct SpoolTests {
    private func makeState() throws -> TemporaryDirectory {
        let state = TemporaryDirectory("spool")
        _ = try StateDirectory.prepare(state.path)
        return state
    }

    /// Events that do not touch each other, every kind of source and every optional part among them.
    private func change(_ index: Int) throws -> StoreWrite {
        let start = Double(index) * 10
        let sources: [Event.Source] = [
            .query(name: "person", text: "a person; ünï '\u{1}' 🦊"), .anomaly(lane: "normality"),
            .blind(reason: .covered),
        ]
        let event = Event(
            camera: try camera("cam\(index % 3)"), source: sources[index % 3],
            during: TimeSpan(start: moment(start), end: moment(start + 5)), startError: 0.25, endError: 1,
            isOpen: false,
            score: Double(index) / 1000, anomalyScore: index % 2 == 0 ? 0.5 : nil,
            box: index % 4 == 0 ? Box(left: 0, top: 0.25, right: 0.5, bottom: 1) : nil, clock: .camera)
        return .event(
            EventWrite(
                event: event, description: index % 5 == 0 ? nil : "Words \(index).", idempotencyKey: "key/\(index)",
                replaces: index % 7 == 0 ? "key/\(index)" : nil,
                explanation: index % 3 == 1 ? #"{"lane":"motion"}"# : nil))
    }

    private func scores(_ second: Double, count: Int = 10) throws -> StoreWrite {
        let samples = (0..<count).map { (index: Int) -> ScoreSample in
            let pValue: Double? = index.isMultiple(of: 2) ? 0.5 : nil
            let explanation: String? = index.isMultiple(of: 3) ? "unlike noon" : nil
            return ScoreSample(
                lane: "anomaly:normality", at: moment(second + Double(index) / 100), value: 1, pValue: pValue,
                explanation: explanation)
        }
        return .scores(samples, camera: try camera())
    }

    /// A store that nobody answers for.
    private func unreachable() async throws -> EventStore {
        try await EventStore.connect(.url("postgresql://nobody@/none?host=/nonexistent"), logger: quiet)
    }

    /// Runs a writer that hands `changes` over and is then ended, with or without a database behind it.
    private func run(_ store: EventStore, _ spool: Spool, _ changes: [StoreWrite]) async -> StoreWriter {
        let writer = StoreWriter(store: store, spool: spool, logger: quiet)
        async let running: Void = writer.run()
        for change in changes { writer.enqueue(change) }
        writer.finish()
        await running
        return writer
    }

    private func count(_ what: String, _ url: String) throws -> Int {
        let text = try TemporaryPostgres.server().psql("SELECT count(*) FROM alertd.\(what)", on: url)
        return try #require(Int(text.dropLast()))
    }

    @Test("what came while the database was away is stored by the next process, once, whole and unchanged")
    func replay() async throws {
        let state = try makeState()
        defer { state.remove() }
        let changes =
            try (0..<500).map(change) + [
                scores(0), scores(60), .coverage(TimeSpan(start: moment(0), end: moment(9)), camera: camera()),
            ]
        for part in [changes[..<200], changes[200...]] {
            let spool = try await Spool.open(stateDirectory: state.path)
            let writer = await run(try await unreachable(), spool, Array(part))
            #expect(writer.status.failure != nil && writer.status.waiting == 0 && writer.status.spoolFailure == nil)
            #expect(await !spool.isEmpty)
        }
        let (store, url) = try await makeStore()
        let spool = try await Spool.open(stateDirectory: state.path)
        #expect(await run(store, spool, []).status.failure == nil)
        #expect(await spool.isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: state.path + "/spool") == ["reserve"])
        // The same changes written straight to another database give the same rows.
        let (other, otherURL) = try await makeStore()
        _ = await StoreWriter(store: other, logger: quiet).runAll(changes)
        let rows = """
            SELECT camera, kind, reason, query, query_text, during, open, start_error, end_error, score, anomaly_score, \
            description, description_origin, clock, box FROM alertd.v_events ORDER BY during
            """
        let server = try TemporaryPostgres.server()
        #expect(try server.psql(rows, on: url) == server.psql(rows, on: otherURL))
        #expect(try count("v_events", url) == 500 && count("event_key", url) == 500)
        let curve = "SELECT * FROM alertd.v_anomalies ORDER BY at"
        #expect(try server.psql(curve, on: url) == server.psql(curve, on: otherURL))
        #expect(try count("v_anomalies", url) == 20 && count("coverage", url) == 1)
        await store.close()
        await other.close()
    }

    @Test("killed at any moment, nothing that was kept is lost and nothing is told twice", arguments: [1, 2, 3, 4])
    func killed(seed: Int) async throws {
        var generator = SplitMix(seed: UInt64(seed))
        let state = try makeState()
        defer { state.remove() }
        let (store, url) = try await makeStore()
        var next = 0
        var snapshots: [TemporaryDirectory] = []
        defer { snapshots.forEach { $0.remove() } }
        var live = state
        // A copy of the files is what a killed process leaves to the next one: the kernel has all that was written.
        for _ in 0..<5 {
            let spool = try await Spool.open(stateDirectory: live.path)
            let isAway = generator.next() % 2 == 0
            let database = isAway ? try await unreachable() : try await EventStore.open(.url(url), logger: quiet)
            let writer = StoreWriter(store: database, spool: spool, logger: quiet)
            let changes = try (next..<(next + 40)).map(change)
            next += 40
            let copy = TemporaryDirectory("spool")
            let steps = Int(generator.next() % 400)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { await writer.run() }
                for change in changes { writer.enqueue(change) }
                // What is still in memory when the process dies was never kept; here all of it must be.
                while writer.status.waiting > 0 { await Task.yield() }
                for _ in 0..<steps { await Task.yield() }
                try FileManager.default.copyItem(atPath: live.path, toPath: copy.path)
                group.cancelAll()
            }
            snapshots.append(copy)
            await database.close()
            live = copy
        }
        #expect(await run(store, try await Spool.open(stateDirectory: live.path), []).status.failure == nil)
        #expect(try count("v_events", url) == next)
        #expect(try count("event_key", url) == next)
        await store.close()
    }

    @Test("a torn or flipped record costs itself and nothing else")
    func damaged() async throws {
        let state = try makeState()
        defer { state.remove() }
        _ = await run(
            try await unreachable(), try await Spool.open(stateDirectory: state.path), try (0..<30).map(change))
        let name = try #require(
            try FileManager.default.contentsOfDirectory(atPath: state.path + "/spool").first { $0.hasPrefix("kept-") })
        let path = URL(filePath: state.path + "/spool/" + name)
        let bytes = try Data(contentsOf: path)
        for trial in 0..<40 {
            var damaged = bytes
            if trial < 20 {
                damaged[12 + trial * (bytes.count - 12) / 20] ^= 0x10
            } else {
                damaged = bytes.prefix(12 + (trial - 20) * (bytes.count - 12) / 20) + Data([1, 2, 3])
            }
            try damaged.write(to: path)
            let spool = try await Spool.open(stateDirectory: state.path)
            var found = 0
            while let head = try await spool.head(1000) {
                found += head.writes.count
                await spool.acknowledge(head)
            }
            #expect(
                trial < 20 ? found == 29 : found >= (trial - 20) * 30 / 20 - 2 && found <= 30,
                "trial \(trial): \(found)")
            try bytes.write(to: path)
        }
    }

    @Test("when there is no room index rows go before curves, the oldest first, and events never")
    func pressure() async throws {
        let state = try makeState()
        defer { state.remove() }
        let spool = try await Spool.open(stateDirectory: state.path, limit: 200_000)
        let row = try await indexRow(state)
        for index in 0..<200 {
            try await spool.append([
                try change(index), .index(Array(repeating: row, count: 20)), try scores(Double(index), count: 40),
            ])
        }
        let status = await spool.status
        #expect(status.droppedIndexFiles > 0 && status.droppedScoreFiles > 0)
        var kept: [StoreWrite] = []
        while let head = try await spool.head(100) {
            kept += head.writes
            await spool.acknowledge(head)
        }
        let events = try (0..<200).map(change)
        #expect(Array(kept.prefix(200)) == events)
        let curves = kept.dropFirst(200).filter { if case .scores = $0 { true } else { false } }
        let newest = try ((200 - curves.count)..<200).map { try scores(Double($0), count: 40) }
        #expect(!curves.isEmpty && Array(curves) == newest)
        // As long as a file of index rows was there, no curve was given up: at the end there is none, or the newest.
        #expect(kept.count - 200 - curves.count <= 20)
    }

    /// A row such as ``EncodingStore`` makes.
    private func indexRow(_ state: TemporaryDirectory) async throws -> EncodingMinute {
        let store = EncodingStore(stateDirectory: state.path, encoder: try EncodingStoreTests.identity())
        try await store.append([EncodingStoreTests.encoding(0)], camera: camera())
        try await store.seal()
        return try #require(await store.takeSealedMinutes().first)
    }

    @Test("erasing takes out of the spool what lies in the span, and leaves the rest to be stored")
    func erase() async throws {
        let state = try makeState()
        defer { state.remove() }
        let changes = try (0..<30).map(change) + [scores(0, count: 100), scores(100, count: 100)]
        _ = await run(try await unreachable(), try await Spool.open(stateDirectory: state.path), changes)
        let eraser = FileErasure(stateDirectory: state.path)
        // Events 3, 6 and 9 of that camera touch it, and half of the first curve.
        let span = TimeSpan(start: moment(34), end: moment(95))
        #expect(try await eraser.eraseSpool(of: camera("cam0"), during: span) == 3)
        #expect(try await eraser.eraseSpool(of: camera(), during: TimeSpan(start: moment(0.5), end: moment(9))) == 1)
        let folder = state.path + "/spool/"
        let left = try FileManager.default.contentsOfDirectory(atPath: folder)
            .reduce(into: Data()) { $0 += try Data(contentsOf: URL(filePath: folder + $1)) }
        for index in [3, 6, 9] { #expect(left.range(of: Data("Words \(index).".utf8)) == nil) }
        #expect(left.range(of: Data("Words 12.".utf8)) != nil)
        let (store, url) = try await makeStore()
        _ = await run(store, try await Spool.open(stateDirectory: state.path), [])
        #expect(try count("v_events", url) == 27 && count("v_anomalies", url) == 150)
        await store.close()
    }

    @Test("a full disk: the reserve takes events, then the failure is reported, and memory holds what comes")
    func full() async throws {
        let state = try makeState()
        defer { state.remove() }
        guard let disk = SmallDisk(kilobytes: 5 * 1024, below: state.path + "/spool") else {
            try skipCase("a full disk for the spool", because: "only root can mount a file system in memory")
        }
        defer { disk.remove() }
        let spool = try await Spool.open(stateDirectory: state.path)
        var written = 0
        var failure: StoreError?
        let words = String(repeating: "long words ", count: 2000)
        while failure == nil, written < 2000 {
            let one = EventWrite(
                event: try event(Double(written) * 10, Double(written) * 10 + 1), description: words,
                idempotencyKey: "\(written)")
            failure = await storeError { try await spool.append([.event(one)]) }
            if failure == nil { written += 1 }
        }
        guard case .diskFull = failure else {
            Issue.record("\(String(describing: failure))")
            return
        }
        // More than a fifth of the disk: the reserve was used.
        #expect(written > 150)
        // With a database, what the spool cannot take is stored from memory all the same.
        let (store, url) = try await makeStore()
        let writer = StoreWriter(store: store, spool: spool, logger: quiet)
        async let running: Void = writer.run()
        let late = EventWrite(event: try event(90_000, 90_001), description: words, idempotencyKey: "late")
        writer.enqueue(.event(late))
        writer.finish()
        await running
        #expect(try count("v_events", url) == written + 1)
        #expect(await spool.isEmpty)
        await store.close()
    }
}

extension StoreWriter {
    /// Hands everything over and runs to the end.
    fileprivate func runAll(_ changes: [StoreWrite]) async -> Status {
        for change in changes { enqueue(change) }
        finish()
        await run()
        return status
    }
}
