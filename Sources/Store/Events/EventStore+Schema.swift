/// The state of a database: what `db status` prints.
public struct DatabaseStatus: Sendable, Equatable {
    /// The server's version as it writes it.
    public let serverVersion: String
    /// Version of the schema found; nil when there is none.
    public let schemaVersion: Int?
    /// Version this program speaks.
    public let neededVersion: Int
    /// Size of the database on disk in bytes.
    public let bytes: Int64
    /// Number of events; 0 without a schema.
    public let events: Int64
}

extension EventStore {
    /// Brings the schema up to date and returns the steps applied, none if it was. Safe when several processes do it
    /// at once. Throws ``StoreError/schemaMismatch(found:needed:address:)`` for a schema of a newer program,
    /// ``StoreError/schemaIncomplete(missing:version:address:)`` for one that no release made, and
    /// ``StoreError/forbidden(what:why:)`` when the server's role may not do what a step needs.
    @discardableResult
    public func migrate() async throws(StoreError) -> [Migration] {
        let target = address.description
        return try await writer.withTransaction("migrate the schema") { session throws(StoreError) in
            try Self.migrate(session, target)
        }
    }

    /// Does what ``migrate()`` would do and takes it all back: returns the steps, or throws what would go wrong.
    public func rehearseMigration() async throws(StoreError) -> [Migration] {
        let target = address.description
        return try await writer.run("rehearse the migration") { session throws(StoreError) in
            try session.rehearse("rehearse the migration") { () throws(StoreError) in
                try Self.migrate(session, target)
            }
        }
    }

    private static func migrate(_ session: PostgresSession, _ target: String) throws(StoreError) -> [Migration] {
        // Two who migrate at once would both see no schema: the second waits here, then sees it.
        _ = try session.query("migrate the schema", "SELECT pg_advisory_xact_lock(8750, 0)::text")
        let found = try schemaVersion(session) ?? 0
        guard found <= Migration.current else {
            throw .schemaMismatch(found: found, needed: Migration.current, address: target)
        }
        let pending = Array(Migration.all.dropFirst(max(0, found)))
        for migration in pending {
            try session.script("apply migration \(migration.version) (\(migration.name))", migration.sql)
        }
        try requireWhole(session, target)
        return pending
    }

    /// What the database holds.
    public func status() async throws(StoreError) -> DatabaseStatus {
        try await reader.run("read the database's status") { session throws(StoreError) in
            let purpose = "read the database's status"
            let version = try Self.schemaVersion(session)
            let size = try session.query(purpose, "SELECT pg_database_size(current_database()) AS bytes").only()
            let counted = "SELECT count(*) AS events FROM alertd.event"
            let events = version == nil ? 0 : try session.query(purpose, counted).only().integer("events")
            return DatabaseStatus(
                serverVersion: session.serverVersion, schemaVersion: version, neededVersion: Migration.current,
                bytes: try size.integer("bytes"), events: events)
        }
    }

    /// Returns when the schema is the one this program speaks. Throws
    /// ``StoreError/schemaMismatch(found:needed:address:)``, ``StoreError/schemaIncomplete(missing:version:address:)``, and
    /// `unavailable` when the database does not answer.
    public func requireCurrentSchema() async throws(StoreError) {
        let target = address.description
        try await reader.run("read the schema's version") { session throws(StoreError) in
            let found = try Self.schemaVersion(session)
            guard found == Migration.current else {
                throw .schemaMismatch(found: found, needed: Migration.current, address: target)
            }
            try Self.requireWhole(session, target)
        }
    }

    /// The version alone does not tell a schema from one that was made before a step was finished, by a build of between
    /// two releases.
    private static func requireWhole(_ session: PostgresSession, _ target: String) throws(StoreError) {
        let there = try session.query(
            "look for the schema's tables",
            """
            SELECT c.relname || '.' || a.attname AS name FROM pg_catalog.pg_attribute a
            JOIN pg_catalog.pg_class c ON c.oid = a.attrelid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = 'alertd' AND c.relkind IN ('r', 'p') AND a.attnum > 0 AND NOT a.attisdropped
            """
        ).map { row throws(StoreError) in try row.text("name") }
        let missing = Migration.missing(from: Set(there))
        guard missing.isEmpty else {
            throw .schemaIncomplete(missing: missing, version: Migration.current, address: target)
        }
    }

    private static func schemaVersion(_ session: PostgresSession) throws(StoreError) -> Int? {
        let purpose = "read the schema's version"
        let there = try session.query(purpose, "SELECT to_regclass('alertd.schema_version') IS NOT NULL AS there")
        guard try there.only().bool("there") else { return nil }
        let newest = "SELECT max(version)::bigint AS version FROM alertd.schema_version"
        return try session.query(purpose, newest).only().optionalInteger("version").map(Int.init)
    }
}
