import Foundation
import Store
import TestSupport
import Testing

@Suite("Schema", .tags(.integration), .timeLimit(.minutes(5)))
struct SchemaTests {
    @Test("a fresh install by schema.sql equals the migrations")
    func freshEqualsMigrated() async throws {
        let server = try TemporaryPostgres.server()
        let (store, migrated) = try await makeStore()
        let fresh = try server.makeDatabase()
        try server.psql(
            try String(contentsOf: Fixtures.root.appending(path: "schema.sql"), encoding: .utf8), on: fresh)
        let schema = try server.schema(of: migrated)
        #expect(schema.contains("event_is_told_once"))
        #expect(try server.schema(of: fresh) == schema)
        let versions = "SELECT version, name FROM alertd.schema_version ORDER BY 1"
        #expect(try server.psql(versions, on: fresh) == server.psql(versions, on: migrated))
        await store.close()
    }

    @Test("migrating twice, and from several processes at once, is the same as once")
    func concurrent() async throws {
        let url = try TemporaryPostgres.server().makeDatabase()
        let counts = try await withThrowingTaskGroup(of: Int.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    let store = try await EventStore.connect(.url(url), logger: quiet)
                    let count = try await store.migrate().count
                    await store.close()
                    return count
                }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(counts.sorted() == [0, 0, 0, 1])
    }

    @Test("no schema, or one of a newer program, is refused with what to do")
    func mismatch() async throws {
        let server = try TemporaryPostgres.server()
        let url = try server.makeDatabase()
        let missing = await storeError { _ = try await EventStore.open(.url(url), logger: quiet) }
        guard case .schemaMismatch(nil, 1, _) = missing else {
            Issue.record("\(String(describing: missing))")
            return
        }
        let store = try await EventStore.connect(.url(url), logger: quiet)
        #expect(try await store.status().schemaVersion == nil)
        #expect(try await store.rehearseMigration().map(\.name) == ["initial"])
        #expect(try await store.status().schemaVersion == nil, "a rehearsal changes nothing")
        try await store.migrate()
        #expect(try await store.rehearseMigration() == [])
        try server.psql("INSERT INTO alertd.schema_version (version, name) VALUES (99, 'future')", on: url)
        let newer = await storeError { try await store.migrate() }
        guard case .schemaMismatch(99, 1, _) = newer else {
            Issue.record("\(String(describing: newer))")
            return
        }
        #expect(await storeError { _ = try await EventStore.open(.url(url), logger: quiet) } == newer)
        #expect(await storeError { _ = try await store.rehearseMigration() } == newer)
        await store.close()
    }

    @Test("a schema of the right version that lacks tables or columns is refused by naming them, and what to do")
    func incomplete() async throws {
        let server = try TemporaryPostgres.server()
        let url = try server.makeDatabase()
        let store = try await EventStore.connect(.url(url), logger: quiet)
        try await store.migrate()
        try await store.requireCurrentSchema()
        try server.psql(
            "ALTER TABLE alertd.description DROP COLUMN tokens_read; DROP TABLE alertd.access_token", on: url)
        let error = await storeError { try await store.requireCurrentSchema() }
        guard case .schemaIncomplete(["description.tokens_read", "access_token"], 1, _) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains("alertd db migrate"))
        #expect(await storeError { try await store.migrate() } == error)
        #expect(await storeError { _ = try await store.rehearseMigration() } == error)
        await store.close()
    }

    @Test("a rehearsal finds what would go wrong")
    func rehearsal() async throws {
        let server = try TemporaryPostgres.server()
        let url = try server.makeDatabase()
        try server.psql("CREATE SCHEMA alertd", on: url)
        let store = try await EventStore.connect(.url(url), logger: quiet)
        let error = await storeError { _ = try await store.rehearseMigration() }
        #expect("\(error.map { "\($0)" } ?? "")".contains("schema \"alertd\" already exists"))
        #expect(await storeError { try await store.migrate() } == error)
        await store.close()
    }

    @Test("roles that cannot be made are named with what an administrator has to run")
    func roles() async throws {
        let server = try TemporaryPostgres.server()
        let url = try server.makeDatabase()
        let database = try #require(url.firstMatch(of: /test\d+/)).output
        try server.psql("CREATE ROLE plain_\(database) LOGIN", on: url)
        try server.psql("ALTER DATABASE \(database) OWNER TO plain_\(database)", on: url)
        let plain = url.replacing("alertd@", with: "plain_\(database)@")
        let schema = try String(contentsOf: Fixtures.root.appending(path: "schema.sql"), encoding: .utf8)
        let unknown = schema.replacing("alertd_rw", with: "rw_\(database)").replacing(
            "alertd_ro", with: "ro_\(database)")
        let refused = #expect(throws: TemporaryPostgres.Failure.self) { try server.psql(unknown, on: plain) }
        let text = refused?.description ?? ""
        #expect(text.contains("role rw_\(database) does not exist and plain_\(database) may not create roles"))
        #expect(text.contains("CREATE ROLE rw_\(database) NOLOGIN; CREATE ROLE ro_\(database) NOLOGIN;"))
        // Once they are there, an owner without any privilege on the server is enough.
        try server.psql("CREATE ROLE rw_\(database) NOLOGIN; CREATE ROLE ro_\(database) NOLOGIN;", on: url)
        try server.psql(unknown, on: plain)
        #expect(try server.psql("SELECT count(*) FROM alertd.v_events", on: plain) == "0\n")
    }

    @Test("every table, view, column of a view, and function is commented")
    func comments() async throws {
        let (store, url) = try await makeStore()
        let silent = try TemporaryPostgres.server().psql(
            """
            SELECT c.relname || coalesce('.' || a.attname, '') FROM pg_class c
            LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND c.relkind = 'v'
            WHERE c.relnamespace = 'alertd'::regnamespace AND c.relkind IN ('r', 'p', 'v') AND NOT c.relispartition
              AND col_description(c.oid, coalesce(a.attnum, 0)) IS NULL AND (a.attnum IS NOT NULL OR c.relkind <> 'v')
              AND obj_description(c.oid, 'pg_class') IS NULL
            UNION ALL
            SELECT c.relname || '.' || a.attname FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relnamespace = 'alertd'::regnamespace AND c.relkind = 'v' AND a.attnum > 0
              AND col_description(c.oid, a.attnum) IS NULL
            UNION ALL
            SELECT p.proname FROM pg_proc p WHERE p.pronamespace = 'alertd'::regnamespace
              AND obj_description(p.oid, 'pg_proc') IS NULL
              AND NOT EXISTS (SELECT FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
            """, on: url)
        #expect(silent == "")
        await store.close()
    }
}
