import Foundation
import TestSupport
import Testing

/// `alertd.search`, `alertd.ask` and `alertd.answer`, asked from psql and answered by a daemon.
@Suite("search from SQL", .tags(.integration), .timeLimit(.minutes(5)), .serialized)
struct SQLSearchTests {
    private static let clip = Fixtures.root.appending(path: "share/demo/yard.mp4").path
    private static let span = "'2026-05-01T00:00:00Z', '2026-05-02T00:00:00Z'"
    private static let question = "SELECT count(*) FROM alertd.search('a person walks through the yard', \(span))"

    private let site: DaemonSite
    private let server: TemporaryPostgres
    private let url: String

    init() throws {
        site = try DaemonSite()
        server = try TemporaryPostgres.server()
        url = try #require(site.database)
        try site.configure([("gate", "rtsp://127.0.0.1:9/camera")])
        let ingest = try AlertdProgram.run([
            "ingest", Self.clip, "--camera", "yard", "--start", "2026-05-01T12:00:00Z", "--config", site.configuration,
        ])
        #expect(ingest.status == 0, "\(ingest.errors)")
    }

    private func refusal(_ sql: String, as address: String? = nil) -> String {
        do { return "allowed: " + (try server.psql(sql, on: address ?? url)) } catch { return "\(error)" }
    }

    /// A reader who may see `camera`.
    private func reader(_ camera: String) throws -> String {
        let role = "r\(UInt32.random(in: 0 ... .max))"
        try server.psql(
            "CREATE ROLE \(role) LOGIN IN ROLE alertd_ro; SELECT alertd.grant_camera('\(camera)', '\(role)')", on: url)
        return url.replacing("alertd@", with: role + "@")
    }

    @Test("spans come back inside one statement, whatever the session, and each reader gets those of its cameras")
    func answers() throws {
        try site.start()
        try site.waitForLog("is ready")
        let rows = try site.rows(
            """
            SELECT camera, probability BETWEEN 0.01 AND 1, lower(during) > '2026-05-01T12:00:00Z', score = probability
            FROM alertd.search('a person walks through the yard', \(Self.span))
            """)
        #expect(rows.count >= 2 && rows.allSatisfy { $0 == "yard|t|t|t" }, "\(rows)")
        let command = try AlertdProgram.run([
            "search", "a person walks through the yard", "--json", "--config", site.configuration,
        ])
        #expect(command.lines.count == rows.count)
        for session in [
            "SET TRANSACTION READ ONLY;", "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;",
            "BEGIN ISOLATION LEVEL SERIALIZABLE;", "SET search_path = pg_temp;",
        ] {
            #expect(try site.rows(session + Self.question) == ["\(rows.count)"], "\(session)")
        }
        #expect(try site.rows("SELECT count(*) FROM alertd.search('a person', '2027-01-01', '2027-01-02')") == ["0"])
        #expect(try site.rows("SELECT count(*) FROM alertd.search('a person', 'infinity', '-infinity')") == ["0"])
        #expect(try site.rows("SELECT count(*) FROM alertd.search('a person', p_limit => 1)") == ["1"])
        let (allowed, other) = (try reader("yard"), try reader("gate"))
        #expect(try server.psql(Self.question, on: allowed) == "\(rows.count)\n")
        #expect(try server.psql(Self.question, on: other) == "0\n")
        let refused = refusal("SELECT * FROM alertd.search('more than three cars')")
        #expect(refused.contains("cannot search for") && refused.contains("not counted"), "\(refused)")
        for text in ["", "  ", String(repeating: "x", count: 2000)] {
            #expect(refusal("SELECT * FROM alertd.search('\(text)')").contains("search_request_text_is_there"))
        }
        // A sentence is a text on its way through both connections.
        let odd = "a person'') ; DROP TABLE alertd.event; -- \\"
        #expect(!refusal("SELECT count(*) FROM alertd.search('\(odd)', \(Self.span))").contains("syntax error"))
        #expect(try site.rows("SELECT count(*) FROM alertd.search_request WHERE text LIKE '%DROP TABLE%'") == ["1"])
        #expect(try site.rows("SELECT alertd.dblink_get_connections() IS NULL") == ["t"])
        #expect(try site.stop().outcome.status == 0)
    }

    @Test("asked and answered in two steps; an answer is for whoever asked")
    func twoSteps() throws {
        let (allowed, other) = (try reader("yard"), try reader("yard"))
        let id = try server.psql("SELECT alertd.ask('a person walks through the yard', \(Self.span))", on: allowed)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        let early = refusal("SELECT * FROM alertd.answer(\(id))", as: allowed)
        #expect(early.contains("is not answered yet") && early.contains("running alertd"), "\(early)")
        // Many more than are searched for at a time.
        try server.psql(
            "SELECT count(alertd.ask('a person walks through the yard', \(Self.span))) FROM generate_series(1, 300)",
            on: allowed)
        // The daemon that starts now finds the questions.
        try site.start()
        try site.waitForRow("SELECT answered_at IS NOT NULL FROM alertd.search_request WHERE id = \(id)")
        try site.waitForRow(
            "SELECT count(*) = 301 FROM alertd.search_request WHERE answered_at IS NOT NULL AND problem IS NULL",
            seconds: 60)
        let count = try server.psql("SELECT count(*) FROM alertd.answer(\(id))", on: allowed)
        #expect((Int(count.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0) >= 2)
        #expect(refusal("SELECT * FROM alertd.answer(\(id))", as: other).contains("there is no question \(id)"))
        #expect(refusal("SELECT * FROM alertd.search_hit", as: allowed).contains("permission denied"))
        #expect(
            refusal("SELECT alertd.dblink_connect('dbname=x')", as: allowed).contains("permission denied"))
        #expect(try site.stop().outcome.status == 0)
    }

    @Test("without a daemon, and without dblink, an error says what to do")
    func nobody() throws {
        let late = refusal(Self.question)
        #expect(late.contains("no alertd answered within 5 seconds") && late.contains("alertd run"), "\(late)")
        try server.psql("DROP EXTENSION dblink", on: url)
        let without = refusal(Self.question)
        #expect(without.contains("needs the extension dblink") && without.contains("alertd.ask"), "\(without)")
    }

    @Test("a standby says that it cannot ask; its views work")
    func standby() throws {
        let primary = try TemporaryPostgres.server(on: nil)
        let made = try primary.makeDatabase()
        try primary.psql(
            try String(contentsOf: Fixtures.root.appending(path: "schema.sql"), encoding: .utf8)
                + "INSERT INTO alertd.camera (name) VALUES ('yard')", on: made)
        let standby = try primary.standby()
        let copy = standby.url(database: String(try #require(made.firstMatch(of: /test\d+/)).output))
        let refused = refusal(Self.question, as: copy)
        #expect(refused.contains("a standby cannot ask") && refused.contains("primary"), "\(refused)")
        #expect(refusal("SELECT alertd.ask('a person')", as: copy).contains("read-only"))
        #expect(try standby.psql("SELECT count(*) FROM alertd.v_cameras", on: copy) == "1\n")
    }
}
