import Base
import Store
import TestSupport
import Testing

/// Whatever stands in a text is a text: in every column that takes one from outside, and in every parameter of a
/// function.
@Suite("Injection", .tags(.integration), .timeLimit(.minutes(5)))
struct InjectionTests {
    static let texts = [
        "'; DROP TABLE alertd.event; --", "\\'; SELECT pg_sleep(9); --", "$$; $1; %s %I {} \\x00",
        "a\tb\nc\r\u{1}", "x'); DELETE FROM alertd.camera; SELECT ('", "\"; DROP SCHEMA alertd CASCADE; --",
        "gate' UNION SELECT name FROM alertd.camera --", "{a,\"b'}", "ünï 漢字 🦊 \u{202E}",
    ]

    private func objects(_ url: String) throws -> String {
        try TemporaryPostgres.server().psql(
            """
            SELECT (SELECT count(*) FROM pg_class WHERE relnamespace = 'alertd'::regnamespace),
                   (SELECT count(*) FROM pg_proc WHERE pronamespace = 'alertd'::regnamespace),
                   (SELECT string_agg(name, ',' ORDER BY id) FROM alertd.camera)
            """, on: url)
    }

    @Test("every column that takes a text gives it back as it was", arguments: texts)
    func columns(text: String) async throws {
        let (store, url) = try await makeStore()
        let told = Event(
            camera: try camera(), source: .query(name: text, text: text),
            during: TimeSpan(start: moment(0), end: moment(1)), startError: 0, endError: 0, isOpen: false, score: 1,
            anomalyScore: nil, box: nil, clock: .file)
        try await store.record([
            EventWrite(
                event: told, description: text, descriptionOrigin: text, idempotencyKey: text, replaces: text)
        ])
        try await store.recordScores(
            [ScoreSample(lane: "query:" + text, at: moment(0), value: 1, explanation: text)], camera: camera())
        let before = try objects(url)
        let query = StandingQuery(
            name: "q", text: text, cameras: [try camera()], zone: text, active: text, origin: .command)
        #expect(try await store.addQuery(query))
        #expect(try await store.standingQueries() == [query])
        let recording = Recording(
            camera: try camera(), digest: Array(repeating: 1, count: 32), encoder: [1], start: moment(0), duration: 1,
            analysedFPS: 1, queries: [text])
        _ = try await store.finishRecording(recording, events: [], scores: [])
        let event = try #require(try await store.listEvents().first)
        #expect(event.query == text && event.queryText == text)
        #expect(event.description == text && event.descriptionOrigin == text)
        // Keys, lanes and a recording's queries have no reader that gives them back; the table does.
        let connection = DatabaseConnection(address: store.address)
        let count = try await connection.run("count") { session throws(StoreError) in
            try session.query(
                "count",
                """
                SELECT (SELECT count(*) FROM alertd.event_key WHERE key = $1)
                     + (SELECT count(*) FROM alertd.score WHERE lane = 'query:' || $1 AND explanation = $1)
                     + (SELECT count(*) FROM alertd.recording WHERE queries = ARRAY[$1]) AS n
                """, [.text(text)]
            ).only().integer("n")
        }
        await connection.close()
        #expect(count == 3)
        #expect(try objects(url) == before)
        await store.close()
    }

    @Test("a function takes whatever it is given as a value, or refuses it", arguments: texts)
    func functions(text: String) async throws {
        let (store, url) = try await makeStore()
        try await store.record([write(event(0, 1), key: "a", words: "A person at the gate.")])
        let before = try objects(url)
        let calls: [(sql: String, isRefused: Bool)] = [
            ("SELECT count(*) AS n FROM alertd.search_descriptions($1)", false),
            ("SELECT count(*) AS n FROM alertd.coverage_gaps($1, '2026-01-01', '2027-01-01')", false),
            ("SELECT alertd.expire_events($1, '1 day') AS n", false),
            ("SELECT alertd.expire_days('score', $1, '1 day') AS n", false),
            ("SELECT alertd.close_open_events($1) AS n", false),
            ("SELECT alertd.expire_days($1, 'gate', '1 day') AS n", true),
            ("SELECT count(alertd.ensure_days($1, 'gate', '{2026-05-01}')) AS n", true),
            ("SELECT count(alertd.ensure_days('score', $1, '{2026-05-01}')) AS n", true),
            ("SELECT count(alertd.grant_camera($1, 'alertd_ro')) AS n", true),
            ("SELECT count(alertd.grant_camera('gate', $1::name)) AS n", true),
            ("SELECT count(alertd.revoke_camera($1, 'alertd_ro')) AS n", true),
            ("SELECT count(alertd.record_coverage($1, '2026-01-01', '2026-01-02')) AS n", true),
            ("SELECT (alertd.erase($1, '2026-01-01', '2026-01-02')).events AS n", true),
            (
                """
                SELECT (alertd.record_event($1, 'query:q', NULL, now(), now(), false, 0, 0, 0, NULL, NULL, NULL, 'file',
                        NULL, 'k')).event_id AS n
                """, true
            ),
            (
                """
                SELECT (alertd.record_event('gate', $1, NULL, now(), now(), false, 0, 0, 0, NULL, NULL, NULL, 'file',
                        NULL, 'k')).event_id AS n
                """, true
            ),
            (
                """
                SELECT (alertd.record_event('gate', 'query:q', NULL, now(), now(), false, 0, 0, 0, NULL, NULL, NULL, $1,
                        NULL, 'k')).event_id AS n
                """, true
            ),
        ]
        for call in calls {
            let connection = DatabaseConnection(address: store.address)
            let failure = await storeError {
                let found = try await connection.run("call") { session throws(StoreError) in
                    try session.query("call", call.sql, [.text(text)]).only().integer("n")
                }
                #expect(found == 0, "\(call.sql)")
            }
            #expect((failure != nil) == call.isRefused, "\(call.sql): \(String(describing: failure))")
            await connection.close()
        }
        #expect(CameraID(text) == nil)
        #expect(try objects(url) == before)
        await store.close()
    }
}
