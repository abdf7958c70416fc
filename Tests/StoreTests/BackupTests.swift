import Base
import Foundation
import Store
import TestSupport
import Testing

/// What `docs/guide/backup.md` says, done.
@Suite("Back-up", .tags(.integration), .timeLimit(.minutes(5)))
struct BackupTests {
    private func shell(_ script: String, _ arguments: String...) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-euc", script, "bash"] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0, "\(text)")
        return text
    }

    private func fill(_ store: EventStore, _ state: String) async throws {
        for index in 0..<20 {
            let start = Double(index) * 100_000
            try await store.record([write(event(start, start + 10), key: "\(index)", words: "Words \(index).")])
            let sample = ScoreSample(lane: "anomaly:normality", at: moment(start), value: Double(index))
            try await store.recordScores([sample], camera: camera())
        }
        try await store.recordCoverage(TimeSpan(start: moment(0), end: moment(2e6)), camera: camera())
        let encodings = EncodingStore(stateDirectory: state, encoder: try EncodingStoreTests.identity())
        try await encodings.append((0..<50).map { EncodingStoreTests.encoding(Double($0)) }, camera: camera())
        try await encodings.seal()
        try await store.recordIndex(await encodings.takeSealedMinutes())
    }

    private func check(_ copy: EventStore, _ copyState: String, like store: EventStore, _ state: String) async throws {
        #expect(try await copy.listEvents() == store.listEvents())
        #expect(try await copy.listAnomalies() == store.listAnomalies())
        #expect(try await copy.listCoverage() == store.listCoverage())
        let always = TimeSpan(start: moment(-1e6), end: moment(1e6))
        func encodings(_ state: String) async throws -> [FrameEncoding] {
            let reader = EncodingReader(stateDirectory: state, encoder: try EncodingStoreTests.identity())
            return try await reader.encodings(of: camera(), during: always)
        }
        #expect(try await encodings(copyState) == encodings(state))
        #expect(try await encodings(copyState).count == 50)
        // And it goes on: ids, keys and new days.
        #expect(try await copy.record([write(event(0, 10), key: "0")]).map(\.change) == [.none])
        #expect(try await copy.record([write(event(50, 60), key: "new")]).map(\.change) == [.open])
        let sample = ScoreSample(lane: "anomaly:normality", at: moment(5e7), value: 1)
        #expect(try await copy.recordScores([sample], camera: camera()) == 1)
    }

    @Test("a dump and the files, restored into an empty place, are the same and go on")
    func dump() async throws {
        let (store, url) = try await makeStore()
        let (state, place) = (TemporaryDirectory(), try ClusterState())
        let dump = TemporaryDirectory("dump")
        defer { for path in [state.path, place.path, dump.path] { try? FileManager.default.removeItem(atPath: path) } }
        _ = try StateDirectory.prepare(state.path)
        try await fill(store, state.path)
        _ = try shell("pg_dump --format=custom --file=\"$2\" \"$1\"", url, dump.path)
        // The empty place: a cluster in which alertd has never been.
        let empty = try await EventStore.connect(.embedded(stateDirectory: place.path), logger: quiet)
        let socket = try #require("\(empty.address)".firstMatch(of: /at (\/\S+)/)).1
        let target = "host=\(socket) port=5432 user=alertd dbname=alertd"
        _ = try shell(
            """
            psql -qX -d "$1" -c 'CREATE ROLE alertd_rw NOLOGIN; CREATE ROLE alertd_ro NOLOGIN'
            pg_restore --exit-on-error --no-owner --dbname="$1" "$2"
            cp -a "$3/encodings" "$4/"
            """, target, dump.path, state.path, place.path)
        let copy = try await EventStore.open(.embedded(stateDirectory: place.path), logger: quiet)
        try await check(copy, place.path, like: store, state.path)
        await copy.close()
        await empty.close()
        await store.close()
    }

    @Test("a copy of the whole state directory, made while nothing runs, is the same and goes on")
    func copy() async throws {
        let state = try ClusterState()
        let place = TemporaryDirectory("copy")
        defer { for path in [state.path, place.path] { try? FileManager.default.removeItem(atPath: path) } }
        let store = try await EventStore.open(.embedded(stateDirectory: state.path), logger: quiet)
        try await fill(store, state.path)
        await store.close()
        _ = try shell("cp -a \"$1\" \"$2\"", state.path, place.path)
        let again = try await EventStore.open(.embedded(stateDirectory: state.path), logger: quiet)
        let copy = try await EventStore.open(.embedded(stateDirectory: place.path), logger: quiet)
        try await check(copy, place.path, like: again, state.path)
        await copy.close()
        await again.close()
    }
}
