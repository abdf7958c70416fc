import Base
import Foundation
import Store
import TestSupport
import Testing

/// Two readers, each granted one camera, and every way around that somebody might try.
@Suite("Readers", .tags(.integration), .timeLimit(.minutes(5)))
struct ReaderTests {
    /// What members of `alertd_ro` may use; each is asked for both readers' sake in ``views()``, apart from
    /// `reads_every_camera`, `join_gap` and `v_nodes`, which name no camera, and `search`, `ask` and `answer`, which
    /// need a daemon.
    private static let open: Set = [
        "v_cameras", "v_events", "v_anomalies", "v_descriptions", "v_coverage", "v_incidents", "v_queries",
        "v_notifications", "v_leases", "v_nodes",
        "incidents_between", "coverage_gaps", "search_descriptions", "search", "ask", "answer",
        "reads_every_camera", "join_gap",
    ]

    /// A database with events on two cameras and a reader for each of them.
    private struct House {
        let server: TemporaryPostgres
        let owner: String
        let gate: String
        let door: String

        func psql(_ sql: String, as url: String) throws -> String {
            try server.psql(sql, on: url).trimmingCharacters(in: .whitespacesAndNewlines)
        }

        /// What the server says to somebody who may not do this.
        func refusal(_ sql: String, as url: String) -> String {
            do { return "allowed: " + (try server.psql(sql, on: url)) } catch { return "\(error)" }
        }
    }

    private func makeHouse() async throws -> House {
        let (store, url) = try await makeStore()
        let server = try TemporaryPostgres.server()
        for (index, name) in ["gate", "door"].enumerated() {
            let start = Double(index) * 5
            try await store.record([
                write(event(start, start + 10, camera: name), key: "1", words: "A secret seen at the \(name)."),
                write(event(start + 100, start + 110, camera: name), key: "2", words: "Another \(name) secret."),
            ])
            let sample = ScoreSample(lane: "anomaly:normality", at: moment(start), value: 0.5)
            try await store.recordScores([sample], camera: camera(name))
            try await store.recordCoverage(TimeSpan(start: moment(0), end: moment(9)), camera: camera(name))
            _ = try await store.addQuery(
                StandingQuery(name: "q\(name)", text: "a \(name)", cameras: [try camera(name)], origin: .command))
        }
        await store.close()
        try server.psql(
            """
            INSERT INTO alertd.notify_receiver (name, last_change) VALUES ('webhook', 0);
            INSERT INTO alertd.notification (receiver, key, kind, incident_id, event_ids, payload)
            SELECT 'webhook', c.name || e.id, 'alert', e.id, ARRAY[e.id], '{}'
            FROM alertd.event e JOIN alertd.camera c ON c.id = e.camera_id;
            INSERT INTO alertd.camera_lease (camera_id, token, holder, held, is_current)
            SELECT id, 1, 'node', tstzrange(now(), now() + interval '1 hour'), true FROM alertd.camera;
            """, on: url)
        let database = try #require(url.firstMatch(of: /test\d+/)).output
        var readers: [String] = []
        for name in ["gate", "door"] {
            let role = "\(name)_\(database)"
            try server.psql("CREATE ROLE \(role) LOGIN IN ROLE alertd_ro", on: url)
            try server.psql("SELECT alertd.grant_camera('\(name)', '\(role)')", on: url)
            readers.append(url.replacing("alertd@", with: role + "@"))
        }
        return House(server: server, owner: url, gate: readers[0], door: readers[1])
    }

    @Test("each sees its own camera through every view and function, and the owner sees both")
    func views() async throws {
        let house = try await makeHouse()
        let questions = [
            "SELECT DISTINCT unnest(cameras) FROM alertd.v_queries ORDER BY 1",
            "SELECT DISTINCT name FROM alertd.v_cameras ORDER BY 1",
            "SELECT DISTINCT camera FROM alertd.v_events ORDER BY 1",
            "SELECT DISTINCT camera FROM alertd.v_anomalies ORDER BY 1",
            "SELECT DISTINCT camera FROM alertd.v_descriptions ORDER BY 1",
            "SELECT DISTINCT camera FROM alertd.v_coverage ORDER BY 1",
            "SELECT DISTINCT c FROM unnest(ARRAY['gate', 'door']) AS c, "
                + "alertd.coverage_gaps(c, '2026-01-01', '2027-01-01') ORDER BY 1",
            "SELECT DISTINCT unnest(cameras) FROM alertd.v_incidents ORDER BY 1",
            "SELECT DISTINCT unnest(cameras) FROM alertd.incidents_between('-infinity', 'infinity') ORDER BY 1",
            "SELECT DISTINCT camera FROM alertd.search_descriptions('secret', 100) ORDER BY 1",
            "SELECT DISTINCT rtrim(key, '0123456789') FROM alertd.v_notifications ORDER BY 1",
            "SELECT DISTINCT camera FROM alertd.v_leases ORDER BY 1",
            // A join cannot bring back what the views leave out.
            "SELECT DISTINCT e.camera FROM alertd.v_events e FULL JOIN alertd.v_descriptions d ON true "
                + "LEFT JOIN alertd.v_incidents i ON d.event_id = ANY (i.event_ids) ORDER BY 1",
        ]
        for question in questions {
            #expect(try house.psql(question, as: house.gate) == "gate", "\(question)")
            #expect(try house.psql(question, as: house.door) == "door", "\(question)")
            #expect(try house.psql(question, as: house.owner) == "door\ngate", "\(question)")
        }
    }

    @Test("no view and no function that a reader may use was left out above, and its own name is never asked for")
    func complete() async throws {
        let house = try await makeHouse()
        let open = try house.psql(
            """
            SELECT c.relname FROM pg_class c
            WHERE c.relnamespace = 'alertd'::regnamespace AND has_table_privilege('alertd_ro', c.oid, 'SELECT')
            UNION ALL
            SELECT p.proname FROM pg_proc p
            WHERE p.pronamespace = 'alertd'::regnamespace AND has_function_privilege('alertd_ro', p.oid, 'EXECUTE')
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
            ORDER BY 1
            """, as: house.owner)
        #expect(Set(open.split(separator: "\n").map(String.init)) == Self.open)
        // Giving a camera's name, a number or a span that is another's tells no more than asking for one that is not there.
        let hidden = try house.psql("SELECT min(id) FROM alertd.v_events WHERE camera = 'door'", as: house.owner)
        for question in [
            "SELECT count(*) FROM alertd.v_events WHERE id = \(hidden)",
            "SELECT count(*) FROM alertd.v_events WHERE camera = 'door'",
            "SELECT count(*) FROM alertd.coverage_gaps('door', '2026-01-01', '2027-01-01')",
            "SELECT count(*) FROM alertd.v_incidents WHERE \(hidden) = ANY (event_ids)",
            "SELECT count(*) FROM alertd.v_events a JOIN alertd.v_events b ON a.during && b.during AND a.camera <> b.camera",
            "SELECT count(*) FROM alertd.v_coverage a, alertd.v_coverage b WHERE a.camera <> b.camera",
            "SELECT count(*) FROM alertd.v_events WHERE id IN (SELECT event_id FROM alertd.search_descriptions('door'))",
        ] {
            #expect(try house.psql(question, as: house.gate) == "0", "\(question)")
        }
    }

    @Test("tables, partitions and the private parts are closed to a reader")
    func tables() async throws {
        let house = try await makeHouse()
        let partition = try house.psql(
            "SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r' LIMIT 1", as: house.owner)
        for table in ["event", "camera", "score", "outbox", "event_key", "camera_grant", "readable_camera", partition] {
            #expect(house.refusal("SELECT * FROM alertd.\(table)", as: house.gate).contains("permission denied"))
        }
        let statements = [
            "SELECT alertd.grant_camera('door', current_user)", "SELECT alertd.revoke_camera('gate', current_user)",
            "SELECT alertd.erase('gate', '2000-01-01', '2100-01-01')", "SELECT alertd.writer_lock()",
            "SELECT alertd.expire_days('score', 'gate', '0')", "SELECT alertd.ensure_days('score', 'gate', '{}')",
            "DELETE FROM alertd.v_events", "UPDATE alertd.v_cameras SET name = 'x'", "SET ROLE alertd_rw",
            "CREATE TABLE alertd.mine (a int)",
        ]
        for statement in statements {
            let answer = house.refusal(statement, as: house.gate)
            #expect(
                ["permission denied", "must be member", "cannot delete"].contains { answer.contains($0) },
                "\(statement): \(answer)")
        }
    }

    @Test("a function that tells what it is given is told nothing of the other camera")
    func leaks() async throws {
        let house = try await makeHouse()
        let leak = """
            CREATE FUNCTION pg_temp.tell(text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001
            AS 'BEGIN RAISE NOTICE ''told: %'', $1; RETURN true; END';
            """
        for view in ["v_events", "v_descriptions"] {
            let told = try house.psql(
                leak + "SELECT count(*) FROM alertd.\(view) WHERE pg_temp.tell(description)", as: house.gate)
            #expect(told.contains("told: A secret seen at the gate."))
            #expect(!told.contains("door"), "\(told)")
        }
        // An error message is a leak as well: a cast that fails names the value.
        let failed = house.refusal(
            "SELECT * FROM alertd.v_events WHERE camera = 'door' AND description::integer = 1", as: house.gate)
        #expect(failed.contains("allowed") && !failed.contains("secret"))
        let named = house.refusal(
            "SELECT * FROM alertd.v_cameras WHERE 1 / (ascii(name) - ascii('d')) <> 99", as: house.gate)
        #expect(named.contains("allowed") && !named.contains("division by zero"))
        let words = try house.psql(
            leak + "SELECT count(*) FROM alertd.search_descriptions('secret') WHERE pg_temp.tell(description)",
            as: house.gate)
        #expect(!words.contains("door"))
    }

    @Test("grants reach members of a role, are taken back, and * is every camera")
    func grants() async throws {
        let house = try await makeHouse()
        let database = try #require(house.owner.firstMatch(of: /test\d+/)).output
        let count = "SELECT count(*) FROM alertd.v_cameras"
        let group = "guards_\(database)"
        try house.server.psql("CREATE ROLE \(group) NOLOGIN; GRANT \(group) TO gate_\(database)", on: house.owner)
        try house.server.psql("SELECT alertd.grant_camera('door', '\(group)')", on: house.owner)
        #expect(try house.psql(count, as: house.gate) == "2")
        // What counts is who asks now, also after SET ROLE.
        try house.server.psql("GRANT alertd_ro TO \(group)", on: house.owner)
        for source in ["v_cameras", "v_events", "search_descriptions('secret')"] {
            let column = source == "v_cameras" ? "name" : "camera"
            let ask = "SET ROLE \(group); SELECT DISTINCT \(column) FROM alertd.\(source)"
            #expect(try house.psql(ask, as: house.gate) == "door", "\(source)")
        }
        try house.server.psql("SELECT alertd.revoke_camera('door', '\(group)')", on: house.owner)
        #expect(try house.psql(count, as: house.gate) == "1")
        try house.server.psql("SELECT alertd.grant_camera('*', 'alertd_ro')", on: house.owner)
        #expect(try house.psql(count, as: house.gate) == "2" && house.psql(count, as: house.door) == "2")
        try house.server.psql("INSERT INTO alertd.camera (name) VALUES ('new')", on: house.owner)
        #expect(try house.psql(count, as: house.door) == "3")
        try house.server.psql("SELECT alertd.revoke_camera('*', 'alertd_ro')", on: house.owner)
        #expect(try house.psql(count, as: house.door) == "1")
        #expect(
            house.refusal("SELECT alertd.grant_camera('shed', 'alertd_ro')", as: house.owner).contains("no camera shed")
        )
        #expect(
            house.refusal("SELECT alertd.grant_camera('gate', 'nobody')", as: house.owner).contains("no role nobody"))
    }

    @Test("a daemon that is only a member of alertd_rw can do all its work")
    func writer() async throws {
        let house = try await makeHouse()
        let database = try #require(house.owner.firstMatch(of: /test\d+/)).output
        try house.server.psql("CREATE ROLE daemon_\(database) LOGIN IN ROLE alertd_rw", on: house.owner)
        let url = house.owner.replacing("alertd@", with: "daemon_\(database)@")
        let store = try await EventStore.open(.url(url), logger: quiet)
        #expect(try await store.record([write(event(500, 510), key: "9")]).map(\.change) == [.open])
        let sample = ScoreSample(lane: "anomaly:normality", at: moment(86_400 * 40), value: 1)
        #expect(try await store.recordScores([sample, sample], camera: camera("new")) == 1)
        #expect(try await store.listEvents().count == 5)
        #expect(try await store.listAnomalies().count == 3)
        #expect(try await store.closeOpenEvents(of: camera()) == 0)
        try await store.enforce(RetentionLimits(eventsDays: 1000, scoresDays: 1000), camera: camera())
        await store.close()
    }
}
