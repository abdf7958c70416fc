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
        #expect(try await store.pendingMigrations().map(\.name) == ["initial"])
        try await store.migrate()
        #expect(try await store.pendingMigrations() == [])
        try server.psql("INSERT INTO alertd.schema_version (version, name) VALUES (99, 'future')", on: url)
        let newer = await storeError { try await store.migrate() }
        guard case .schemaMismatch(99, 1, _) = newer else {
            Issue.record("\(String(describing: newer))")
            return
        }
        #expect(await storeError { _ = try await EventStore.open(.url(url), logger: quiet) } == newer)
    }

    @Test("every table, view, column of a view, and function is commented")
    func comments() async throws {
        let (store, url) = try await makeStore()
        let silent = try TemporaryPostgres.server().psql(
            """
            SELECT c.relname || coalesce('.' || a.attname, '') FROM pg_class c
            LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND c.relkind = 'v'
            WHERE c.relnamespace = 'alertd'::regnamespace AND c.relkind IN ('r', 'v')
              AND col_description(c.oid, coalesce(a.attnum, 0)) IS NULL AND (a.attnum IS NOT NULL OR c.relkind = 'r')
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
