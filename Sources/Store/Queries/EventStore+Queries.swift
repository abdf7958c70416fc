internal import Base

extension EventStore {
    /// The standing queries, by name.
    public func standingQueries() async throws(StoreError) -> [StandingQuery] {
        try await reader.run("list queries") { session throws(StoreError) in
            try session.query(
                "list queries",
                """
                SELECT name, text, array_to_string(cameras, E'\\n') AS cameras, zone, active, alarm_ceiling_per_day,
                       enabled, origin
                FROM alertd.v_queries ORDER BY name
                """
            ).map(StandingQuery.init)
        }
    }

    /// Adds a query; false when there is one of that name, which stays as it is.
    public func addQuery(_ query: StandingQuery) async throws(StoreError) -> Bool {
        try await writer.run("store query \(query.name)") { session throws(StoreError) in
            try Self.insert(query, session)
        }
    }

    /// Makes the queries of origin `file` exactly `queries`; returns the names of those that were not written because
    /// one of that name had been added by command.
    public func replaceFileQueries(_ queries: [StandingQuery]) async throws(StoreError) -> [String] {
        try await writer.withTransaction("store the configuration's queries") { session throws(StoreError) in
            _ = try session.query(
                "store the configuration's queries", "DELETE FROM alertd.query WHERE origin = 'file'")
            var refused: [String] = []
            for query in queries where try !Self.insert(query, session) { refused.append(query.name) }
            return refused
        }
    }

    /// Switches a query of origin `command` on or off; false when there is none of that name.
    public func setQuery(_ name: String, enabled: Bool) async throws(StoreError) -> Bool {
        try await writer.run("change query \(name)") { session throws(StoreError) in
            try session.query(
                "change query \(name)",
                "UPDATE alertd.query SET is_enabled = $2 WHERE name = $1 AND origin = 'command'",
                [.text(name), .bool(enabled)]
            ).affected > 0
        }
    }

    /// Removes a query of origin `command`; its events stay. False when there is none of that name.
    public func removeQuery(_ name: String) async throws(StoreError) -> Bool {
        try await writer.run("remove query \(name)") { session throws(StoreError) in
            try session.query(
                "remove query \(name)", "DELETE FROM alertd.query WHERE name = $1 AND origin = 'command'",
                [.text(name)]
            ).affected > 0
        }
    }

    private static func insert(_ query: StandingQuery, _ session: PostgresSession) throws(StoreError) -> Bool {
        try session.query(
            "store query \(query.name)",
            """
            INSERT INTO alertd.query (name, text, cameras, zone, active, alarm_ceiling_per_day, is_enabled, origin)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (name) DO NOTHING
            """,
            [
                .text(query.name), .text(query.text), .texts(query.cameras.map(\.name)), .optional(query.zone),
                .optional(query.active), .real(query.alarmCeilingPerDay), .bool(query.isEnabled),
                .text(query.origin.rawValue),
            ]
        ).affected > 0
    }
}
