import Foundation
import Glibc
import TestSupport
import Testing

/// `alertd doctor` on a site that is whole, and with each of the faults that people meet.
@Suite("alertd doctor", .tags(.integration), .timeLimit(.minutes(5)), .serialized)
struct DoctorCommandTests {
    private struct Finding: Decodable {
        let name: String
        let ok: Bool
        let level: String
        let detail: String
    }

    private static let starter = Fixtures.root.appending(path: "share/models/starter-encoder")
    private static let isRoot = geteuid() == 0

    /// A database with the current schema, and a state directory that alertd has used already.
    private let database: CommandDatabase

    init() throws { database = try CommandDatabase() }

    private var state: String { database.folder.file("state").path }

    private func configure(_ text: String, named name: String = "alertd.yaml") throws -> String {
        try database.folder.write(name, Data("database: '\(database.url)'\nstate: \(state)\n\(text)\n".utf8))
    }

    private func findings(_ arguments: [String]) throws -> [Finding] {
        let outcome = try AlertdProgram.run(["doctor", "--json"] + arguments)
        let found = try outcome.lines.map { try JSONDecoder().decode(Finding.self, from: Data($0.utf8)) }
        let expected: Int32 = found.allSatisfy(\.ok) ? 0 : 2
        #expect(outcome.status == expected, "\(outcome.output)\(outcome.errors)")
        return found
    }

    /// The failed findings, by name.
    private func faults(_ arguments: [String]) throws -> [String: String] {
        Dictionary(try findings(arguments).filter { !$0.ok }.map { ($0.name, $0.detail) }) { "\($0)\n\($1)" }
    }

    @Test("is green on a site without a fault, and looks at everything")
    func whole() throws {
        let server = try RTSPServer()
        let file = try configure("cameras: { gate: { url: '\(server.url())' } }")
        let found = try findings(["--config", file])
        #expect(found.allSatisfy { $0.ok && $0.level != "failed" }, "\(found)")
        for name in [
            "version", "libraries", "decoders", "clock", "processor", "open files", "configuration",
            "anomaly sentences", "encoder", "describer", "state directory", "disk", "spool", "daemon", "database",
            "schema", "extensions", "database clock", "camera gate",
        ] {
            #expect(found.contains { $0.name == name }, "\(name) is missing: \(found.map(\.name))")
        }
        let people = try AlertdProgram.run(["doctor", "--config", file, "--skip-cameras"])
        #expect(people.status == 0 && people.output.contains("ok   schema: "), "\(people.output)")
        #expect(!people.output.contains("camera gate"))
    }

    @Test("names a database that does not answer, one without a schema, and one of a newer alertd")
    func databases() throws {
        let file = try configure("cameras: {}")
        let away = try faults(["--config", file, "--database", "postgresql://127.0.0.1:1/alertd"])
        #expect(away.count == 1 && away["database"]?.contains("127.0.0.1") == true, "\(away)")
        let empty = try faults(["--config", file, "--database", try TemporaryPostgres.server().makeDatabase()])
        #expect(empty.count == 1 && empty["schema"]?.contains("alertd db migrate") == true, "\(empty)")
        try database.sql("ALTER TABLE alertd.access_token RENAME TO other")
        let older = try faults(["--config", file])
        #expect(older.count == 1 && older["schema"]?.contains("access_token") == true, "\(older)")
        let daemon = try AlertdProgram.run(["run", "--config", file])
        #expect(daemon.status == 2 && daemon.errors.contains("access_token"), "\(daemon.errors)")
        try database.sql("ALTER TABLE alertd.other RENAME TO access_token")
        try database.sql("INSERT INTO alertd.schema_version (version, name) VALUES (99, 'of the future')")
        let newer = try faults(["--config", file])
        #expect(newer.count == 1 && newer["schema"]?.contains("99") == true, "\(newer)")
    }

    @Test("names a missing extension, a role that may not write, and a standby")
    func rights() throws {
        let file = try configure("cameras: {}")
        let role = "reader_\(getpid())"
        try database.sql(
            """
            CREATE ROLE \(role) LOGIN IN ROLE alertd_ro;
            GRANT SELECT ON alertd.schema_version, alertd.event TO \(role);
            """)
        let separator = database.url.contains("?") ? "&" : "?"
        let reading = try faults(["--config", file, "--database", database.url + "\(separator)user=\(role)"])
        #expect(reading.count == 1 && reading["database role"]?.contains("alertd_rw") == true, "\(reading)")
        try database.sql("DROP OWNED BY \(role); DROP ROLE \(role); DROP EXTENSION pg_trgm CASCADE")
        let dropped = try faults(["--config", file])
        #expect(dropped.count == 1 && dropped["extensions"]?.contains("pg_trgm") == true, "\(dropped)")
    }

    @Test("names a wrong configuration by every fault's line, and anomaly sentences that cannot be read")
    func configurations() throws {
        let wrong = try faults(["--config", try configure("camera: {}\nlog: { level: loud }", named: "wrong.yaml")])
        #expect(wrong.count == 1, "\(wrong)")
        for line in ["wrong.yaml:3", "wrong.yaml:4"] {
            #expect(wrong["configuration"]?.contains(line) == true, "\(wrong)")
        }
        let file = try configure("cameras: {}")
        _ = try database.folder.write("sentences.txt", Data("[fighting]\nstrange: people\n".utf8))
        let sentences = try faults(["--config", file])
        #expect(sentences.count == 1 && sentences["anomaly sentences"]?.contains("2") == true, "\(sentences)")
    }

    @Test("names models that are missing or damaged")
    func models() throws {
        let away = try faults(["--config", try configure("models: { encoder: /nonexistent, describer: /nonexistent }")])
        #expect(away["encoder"]?.contains("/nonexistent") == true, "\(away)")
        #expect(away["describer"]?.contains("/nonexistent") == true && away.count == 2, "\(away)")
        let model = database.folder.file("model")
        try FileManager.default.copyItem(at: Self.starter, to: model)
        let weights = try FileHandle(forUpdating: model.appending(path: "model.safetensors"))
        try weights.truncate(atOffset: 1_000_000)
        try weights.close()
        let cut = try faults(["--config", try configure("models: { encoder: \(model.path) }")])
        #expect(cut.count == 1 && cut["encoder"]?.contains("model.safetensors") == true, "\(cut)")
    }

    @Test("asks each remote endpoint a real question, and names those that do not answer it")
    func endpoints() throws {
        let server = try ScriptedServer("chat-server.py")
        func url(_ kind: String) -> String { "http://:wrong-secret@127.0.0.1:\(server.port)/\(kind)/v1" }
        let file = try configure(
            """
            describe:
              allow_remote: true
              endpoints:
                well: { url: "\(url("fine"))" }
                locked: { url: "\(url("key"))" }
                poem: { url: "\(url("odd"))" }
                away: { url: "http://127.0.0.1:1/v1" }
            """)
        let found = try findings(["--config", file])
        let named = Dictionary(uniqueKeysWithValues: found.map { ($0.name, $0) })
        #expect(named["describe well"]?.ok == true && named["describe well"]?.detail.contains("tiny-vlm") == true)
        #expect(named["describe locked"]?.detail.contains("401") == true, "\(found)")
        #expect(named["describe poem"]?.detail.contains("no chat completion") == true, "\(found)")
        #expect(named["describe away"]?.detail.contains("127.0.0.1:1") == true, "\(found)")
        #expect(found.filter { !$0.ok }.map(\.name).sorted() == ["describe away", "describe locked", "describe poem"])
        #expect(!found.map(\.detail).joined().contains("wrong-secret"))
    }

    @Test("names cameras that are away, refuse the password, or have no such stream")
    func cameras() throws {
        let server = try RTSPServer(.digest(user: "viewer", password: "right"))
        let open = try RTSPServer()
        let file = try configure(
            """
            cameras:
              away: { url: "rtsp://127.0.0.1:1/stream" }
              locked: { url: "\(server.url(credentials: "viewer:wrong-secret"))" }
              lost: { url: "\(open.url("nowhere"))" }
              well: { url: "\(open.url())" }
            """)
        let found = try faults(["--config", file])
        #expect(found.count == 3, "\(found)")
        #expect(found["camera away"]?.contains("127.0.0.1:1") == true, "\(found)")
        #expect(found["camera locked"]?.contains("401") == true, "\(found)")
        #expect(found["camera lost"]?.contains("404") == true, "\(found)")
        #expect(!found.values.joined().contains("wrong-secret"))
    }

    @Test("names a state directory that cannot be written, a spool that grows, and another daemon")
    func states() throws {
        let file = try configure("cameras: {}")
        let blocked = try database.folder.write("blocked", Data("a file".utf8))
        let wrong = try faults(["--config", file, "--state", blocked])
        #expect(wrong.count == 1 && wrong["state directory"]?.contains("blocked") == true, "\(wrong)")
        #expect(try faults(["--config", file]).isEmpty)
        let spool = URL(filePath: state).appending(path: "spool")
        try FileManager.default.createDirectory(at: spool, withIntermediateDirectories: true)
        let segment = spool.appending(path: "kept-000000000001.spool")
        try Data().write(to: segment)
        try FileHandle(forUpdating: segment).truncate(atOffset: 20_000_000)
        let backlog = try faults(["--config", file])
        #expect(backlog.count == 1 && backlog["spool"]?.contains("20.0 MB") == true, "\(backlog)")
        try FileManager.default.removeItem(at: segment)

        let other = try DaemonSite()
        try other.configure([])
        try other.start()
        try other.waitForLog("no cameras are configured")
        let daemon = try findings(["--config", file]).first { $0.name == "daemon" }
        let number = try #require(other.run?.identifier)
        #expect(daemon?.level == "warning", "\(String(describing: daemon))")
        #expect(daemon?.detail.contains("\(number)") == true, "\(String(describing: daemon))")
        let own = try findings(["--config", other.configuration]).first { $0.name == "daemon" }
        #expect(own?.detail.hasPrefix("runs as process \(number)") == true, "\(String(describing: own))")
        try other.stop()
    }

    /// What `script` makes of `doctor`, whose words are its arguments.
    private func doctor(in script: String, _ arguments: [String]) throws -> String {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/sh")
        process.arguments = ["-c", script, AlertdProgram.executable.path, "doctor"] + arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 2, "\(text)")
        return text
    }

    @Test("names a limit of open files that is too low for the cameras")
    func openFiles() throws {
        let text = try doctor(
            in: #"ulimit -n 200; exec "$0" "$@""#, ["--config", try configure("cameras: {}"), "--skip-cameras"])
        #expect(text.contains("FAIL open files: at most 200"), "\(text)")
    }

    @Test("names a disk that is nearly full", .enabled(if: isRoot, "only root can mount a small disk"))
    func disk() throws {
        let mount = database.folder.file("small")
        try FileManager.default.createDirectory(at: mount, withIntermediateDirectories: false)
        let text = try doctor(
            in: "unshare --mount sh -c 'mount -t tmpfs -o size=8m,mode=755 tmpfs \(mount.path) && exec \"$0\" \"$@\"' "
                + #""$0" "$@""#,
            ["--config", try configure("cameras: {}"), "--state", mount.path])
        #expect(text.contains("FAIL disk: nearly full"), "\(text)")
    }
}
