import Base
import Foundation
import Store
import TestSupport
import Testing

@Suite("Erasure", .tags(.integration), .timeLimit(.minutes(5)))
struct ErasureTests {
    /// A word that compresses badly and occurs nowhere else.
    private let secret = "zq\(UInt64.random(in: .min ... .max))xw"

    /// Files below `path` that hold `bytes`; the write-ahead log is recycled in its own time and left out.
    private func files(below path: String, holding bytes: Data) throws -> [String] {
        let manager = FileManager.default
        return try manager.subpathsOfDirectory(atPath: path).filter { name in
            guard !name.contains("pg_wal/"), let data = manager.contents(atPath: path + "/" + name) else {
                return false
            }
            return data.range(of: bytes) != nil
        }.sorted()
    }

    private func vector(_ seed: UInt64) -> [Float] {
        var generator = SplitMix(seed: seed)
        return (0..<64).map { _ in Float(Int64(generator.next() >> 40)) / Float(1 << 23) - 1 }
    }

    /// Everything that may hold something of second `start` on.
    private func tell(_ start: Double, _ words: String, _ store: EventStore) async throws {
        let told = Event(
            camera: try camera(), source: .query(name: words, text: "the text \(words)"),
            during: TimeSpan(start: moment(start), end: moment(start + 5)), startError: 0, endError: 0, isOpen: false,
            score: 1, anomalyScore: nil, box: nil, clock: .file)
        try await store.record([
            EventWrite(event: told, description: "Seen: \(words).", idempotencyKey: "key of \(words)")
        ])
        let samples = (0..<5).map {
            ScoreSample(
                lane: "query:\(words)", at: moment(start + Double($0)), value: 1, explanation: "because of \(words)")
        }
        try await store.recordScores(samples, camera: camera())
    }

    @Test("no file and no table holds anything of what was erased, and it does not come back")
    func everything() async throws {
        let state = try ClusterState()
        defer { state.remove() }
        let store = try await EventStore.open(.embedded(stateDirectory: state.path), logger: quiet)
        let encoder = try EncoderIdentity(digest: [1], dimension: 64)
        let encodings = EncodingStore(stateDirectory: state.path, encoder: encoder)
        for index in 0..<40 { try await tell(Double(index) * 100, index == 20 ? secret : "word\(index)", store) }
        let frames = (0..<40).map {
            FrameEncoding(
                time: moment(Double($0) * 100), looks: [.init(box: .whole, values: vector(UInt64($0)))])
        }
        try await encodings.append(frames, camera: camera())
        try await encodings.seal()
        try await store.recordIndex(await encodings.takeSealedMinutes())
        // Something still lies in the spool.
        let spool = try await Spool.open(stateDirectory: state.path)
        let late = EventWrite(
            event: try event(2001, 2002, query: "late"), description: "Late: \(secret).", idempotencyKey: "late")
        try await spool.append([.event(late), .event(write(try event(9000, 9001), key: "other"))])
        let footage = FootageFiles(stateDirectory: state.path)
        let place = try await footage.prepare(camera())
        for (start, end) in [(1970.0, 1980.0), (1980.0, 1995.0), (1995.0, 2020.0)] {
            try Data("footage \(start) \(secret)".utf8).write(to: URL(filePath: place + "/1.part"))
            let span = TimeSpan(start: moment(start), end: moment(end))
            let kept = try await footage.keep(place + "/1.part", of: camera(), during: span)
            #expect(try await store.recordFootage(kept))
        }
        let picture = try await footage.keep(thumbnail: Array(secret.utf8), of: camera(), at: moment(2001))
        #expect(try await store.recordFootage(picture))
        try Data("footage 1970.0 kept".utf8).write(
            to: URL(filePath: footage.path(of: try #require(try await footage.all(of: camera()).first?.record))))
        // The planner's statistics hold samples of texts.
        try await store.maintain("ANALYZE; CHECKPOINT")

        let bytes = Data(secret.utf8)
        let vectorBytes = Data((QuantizedVector(vector(20))?.values ?? []).map { UInt8(bitPattern: $0) })
        let before = try files(below: state.path, holding: bytes)
        #expect(before.count { $0.hasPrefix("clips/") } == 3)
        #expect(before.contains { $0.hasPrefix("spool/") } && before.contains { $0.hasPrefix("postgres/data/base/") })
        #expect(try files(below: state.path, holding: vectorBytes).count == 1)

        let span = TimeSpan(start: moment(1990), end: moment(2010))
        let outcome = try await store.erase(camera: camera(), during: span)
        #expect(outcome == ErasureOutcome(events: 1, scores: 5))
        let eraser = FileErasure(stateDirectory: state.path)
        #expect(try await eraser.eraseSpool(of: camera(), during: span) == 1)
        #expect(try await eraser.eraseEncodings(of: camera(), during: span) == 1)
        #expect(try await eraser.eraseFootage(of: camera(), during: span) == 3)
        #expect(try files(below: state.path, holding: bytes) == [])
        #expect(try files(below: state.path, holding: vectorBytes) == [])

        // The rest is there, and a tombstone.
        #expect(try await store.listEvents().count == 39)
        #expect(try await store.count("alertd.score") == 39 * 5)
        #expect(try await store.count("alertd.encoding_minute") == 39)
        #expect(try await store.count("alertd.outbox") == 39 * 2)
        #expect(try await store.count("alertd.footage") == 1)
        #expect(try await !store.recordFootage(picture))
        #expect(try await store.count("alertd.erasure WHERE events = 1 AND scores = 5") == 1)
        // Replayed or ingested again, it stays away; what goes on beyond the span is told without its words.
        try await tell(2000, secret, store)
        #expect(try await store.listEvents().count == 39)
        #expect(try await store.count("alertd.score") == 39 * 5)
        let longer = EventWrite(
            event: try event(1980, 2050, query: "long"), description: secret, idempotencyKey: "long")
        try await store.record([longer])
        let rest = try #require(try await store.listEvents().first { $0.query == "long" })
        #expect(rest.during == TimeSpan(start: moment(2010), end: moment(2050)) && rest.description == nil)
        await store.close()
    }

    @Test("a camera that is unknown, and a reader's old snapshot, are reported")
    func refused() async throws {
        let (store, url) = try await makeStore()
        let span = TimeSpan(start: moment(0), end: moment(10))
        let unknown = await storeError { _ = try await store.erase(camera: camera("shed"), during: span) }
        #expect("\(unknown.map { "\($0)" } ?? "")".contains("there is no camera shed"))
        try await store.record([write(event(0, 1), key: "a")])
        // A reader that began before waits to end; erasing waits for it.
        let reader = DatabaseConnection(address: try DatabaseAddress(url))
        try await reader.run("read") { session throws(StoreError) in
            try session.script("read", "BEGIN ISOLATION LEVEL REPEATABLE READ; SELECT count(*) FROM alertd.v_events")
        }
        async let erased = store.erase(camera: camera(), during: span)
        while try await !store.listEvents().isEmpty { await Task.yield() }
        try await reader.run("end") { session throws(StoreError) in try session.script("end", "COMMIT") }
        #expect(try await erased.events == 1)
        await reader.close()
        await store.close()
    }
}

extension EventStore {
    /// Runs statements outside of a transaction.
    fileprivate func maintain(_ sql: String) async throws {
        let connection = DatabaseConnection(address: address)
        for statement in sql.split(separator: ";") {
            try await connection.run("maintain") { session throws(StoreError) in
                try session.script("maintain", String(statement))
            }
        }
        await connection.close()
    }

    /// Rows of a table.
    fileprivate func count(_ table: String) async throws -> Int64 {
        let connection = DatabaseConnection(address: address)
        let count = try await connection.run("count") { session throws(StoreError) in
            try session.query("count", "SELECT count(*) AS n FROM \(table)").only().integer("n")
        }
        await connection.close()
        return count
    }
}
