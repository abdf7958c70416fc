import Base
import Foundation
import Store
import TestSupport
import Testing

@Suite("alertd erase and alertd db", .tags(.integration), .timeLimit(.minutes(5)), .serialized)
struct StoreCommandTests {
    private struct Erased: Decodable {
        let camera: String
        let events: Int
        let scores: Int
        let encodings: Int
    }

    private struct Step: Decodable {
        let version: Int
        let name: String
        let applied: Bool
    }

    private func erase(_ from: String, _ to: String, camera: String = "gate") -> [String] {
        ["erase", "--camera", camera, "--from", "2026-05-01T\(from)Z", "--to", "2026-05-01T\(to)Z"]
    }

    /// Five encodings of the gate, a second apart, from 12:00:00.
    private func writeEncodings(_ database: CommandDatabase) async throws {
        let state = database.folder.file("state").path
        _ = try StateDirectory.prepare(state)
        let store = EncodingStore(
            stateDirectory: state, encoder: try EncoderIdentity(digest: [1, 2, 3], dimension: 4))
        let start = try #require(WallTime(rfc3339: "2026-05-01T12:00:00Z"))
        let frames = (0..<5).map { index in
            FrameEncoding(
                time: start.advanced(bySeconds: Double(index)),
                looks: [.init(box: .whole, values: [Float(index), 1, 0, 0])])
        }
        try await store.append(frames, camera: try #require(CameraID("gate")))
        try await store.seal()
    }

    @Test("erase removes events, curves and encodings of one camera and span, says how much, and they stay away")
    func erases() async throws {
        let database = try CommandDatabase()
        try database.record("query:secret-one", 0, 10, key: "a")
        try database.record("query:kept", 100, 110, key: "b")
        try database.record("query:kept", 0, 10, key: "c", camera: "door")
        try database.sql(
            """
            SELECT alertd.ensure_days('score', 'gate', '{2026-05-01}');
            INSERT INTO alertd.score (camera_id, lane, at, value)
            SELECT c.id, 'anomaly:normality', timestamptz '2026-05-01T12:00:00Z' + i * interval '1 s', 1
            FROM alertd.camera c, generate_series(0, 199) AS i WHERE c.name = 'gate';
            """)
        try await writeEncodings(database)
        let outcome = try database.run(erase("12:00:00", "12:00:03") + ["--json"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let line = try JSONDecoder().decode(Erased.self, from: Data(outcome.output.utf8))
        #expect(line.camera == "gate" && line.events == 1 && line.scores == 3 && line.encodings == 3)
        #expect(try !database.dump().contains("secret-one"))
        #expect(try database.sql("SELECT camera, query FROM alertd.v_events ORDER BY 1") == "door|kept\ngate|kept\n")
        #expect(try database.sql("SELECT count(*) FROM alertd.score") == "197\n")
        // Told again, it stays away.
        try database.record("query:secret-one", 0, 2, key: "again")
        #expect(try database.sql("SELECT count(*) FROM alertd.v_events") == "2\n")
        let again = try database.run(erase("12:00:00", "12:00:03"))
        #expect(
            again.status == 0
                && again.output.hasPrefix("erased of gate: 0 events, 0 values of curves, 0 encodings"))
    }

    @Test("what cannot be erased is refused in one line, and nothing is gone")
    func refused() throws {
        let database = try CommandDatabase()
        try database.record("query:kept", 0, 10, key: "a")
        let unknown = try database.run(erase("12:00:00", "12:00:03", camera: "shed"))
        #expect(unknown.status == 2 && unknown.errors.contains("there is no camera shed"), "\(unknown.errors)")
        #expect(unknown.errorLines.count == 1 && unknown.output.isEmpty)
        for arguments in [
            erase("12:00:03", "12:00:03"), erase("12:00:03", "12:00:00"), erase("12:00", "noon"),
            erase("12:00:00", "12:00:03", camera: "../gate"), erase("12:00:00", "12:00:03", camera: "g'; --"),
            ["erase", "--camera", "gate"],
        ] {
            #expect(try database.run(arguments).status == 64, "\(arguments)")
        }
        #expect(try database.sql("SELECT count(*) FROM alertd.v_events") == "1\n")
        #expect(try database.sql("SELECT count(*) FROM alertd.erasure") == "0\n")
    }

    @Test("only the owner of the schema may erase")
    func owner() throws {
        let database = try CommandDatabase()
        try database.record("query:kept", 0, 10, key: "a")
        let role = "writer_\(UInt32.random(in: 0 ... .max))"
        try database.sql("CREATE ROLE \(role) LOGIN IN ROLE alertd_rw")
        let url = database.url.replacing("alertd@", with: role + "@")
        let outcome = try AlertdProgram.run(
            erase("12:00:00", "12:00:03") + ["--database", url, "--state", database.folder.file("other").path])
        #expect(outcome.status == 2 && outcome.errorLines.count == 1, "\(outcome.errors)")
        #expect(try database.sql("SELECT count(*) FROM alertd.v_events") == "1\n")
    }

    @Test(
        "db migrate brings an empty database up to date; a dry run does it and takes it back; a newer schema is refused"
    )
    func migrate() throws {
        let server = try TemporaryPostgres.server()
        let (url, folder) = (try server.makeDatabase(), try ScratchFolder())
        func run(_ arguments: String...) throws -> AlertdProgram.Outcome {
            try AlertdProgram.run(arguments + ["--database", url, "--state", folder.file("state").path])
        }
        func steps(_ outcome: AlertdProgram.Outcome) throws -> [Step] {
            try outcome.lines.map { try JSONDecoder().decode(Step.self, from: Data($0.utf8)) }
        }
        let schema = "SELECT to_regnamespace('alertd') IS NULL"
        let early = try run("events", "list")
        #expect(early.status == 2 && early.errors.contains("db migrate"), "\(early.errors)")
        for _ in 0..<2 {
            let rehearsal = try run("db", "migrate", "--dry-run")
            #expect(rehearsal.status == 0 && rehearsal.output == "would apply 1 initial\n", "\(rehearsal.errors)")
            #expect(try server.psql(schema, on: url) == "t\n")
        }
        #expect(try steps(run("db", "migrate", "--dry-run", "--json")).map(\.applied) == [false])
        let applied = try steps(run("db", "migrate", "--json"))
        #expect(applied.map(\.version) == [1] && applied.map(\.name) == ["initial"] && applied.map(\.applied) == [true])
        #expect(try run("db", "migrate").output == "the schema is current\n")
        #expect(try run("db", "migrate", "--dry-run").output == "the schema is current\n")
        #expect(try run("events", "list").status == 0)
        // The same as by hand.
        let byHand = try CommandDatabase()
        #expect(try server.schema(of: url) == server.schema(of: byHand.url))
        try server.psql("INSERT INTO alertd.schema_version (version, name) VALUES (99, 'later')", on: url)
        for arguments in [["db", "migrate"], ["db", "migrate", "--dry-run"], ["events", "list"]] {
            let newer = try AlertdProgram.run(
                arguments + ["--database", url, "--state", folder.file("state").path])
            #expect(newer.status == 2 && newer.errors.contains("99"), "\(arguments): \(newer.errors)")
        }
        #expect(try server.psql("SELECT max(version) FROM alertd.schema_version", on: url) == "99\n")
    }

    @Test(
        "a database that cannot be reached, or used, is told apart",
        arguments: [["migrate"], ["migrate", "--dry-run"]])
    func unreachable(verb: [String]) throws {
        let folder = try ScratchFolder()
        let away = try AlertdProgram.run(
            ["db"] + verb + ["--database", "postgresql:///x?host=/nonexistent", "--state", folder.file("s").path])
        #expect(away.status == 69 && away.errorLines.count == 1, "\(away.errors)")
        let server = try TemporaryPostgres.server()
        let url = try server.makeDatabase()
        let role = "nobody_\(UInt32.random(in: 0 ... .max))"
        try server.psql("CREATE ROLE \(role) LOGIN", on: url)
        let powerless = try AlertdProgram.run(
            ["db"] + verb + [
                "--database", url.replacing("alertd@", with: role + "@"), "--state", folder.file("s").path,
            ])
        #expect(powerless.status == 2 && powerless.errors.contains("permission denied"), "\(powerless.errors)")
    }
}
