import Base
import Foundation

extension EventStore {
    /// Looks at what the database has beside its schema, which must be there.
    public func health() async throws(StoreError) -> DatabaseHealth {
        try await reader.run("look at the database") { session throws(StoreError) in
            let purpose = "look at the database"
            let installed = try session.query(purpose, "SELECT extname::text AS name FROM pg_catalog.pg_extension")
                .map { row throws(StoreError) in try row.text("name") }
            let asked = Date()
            let row = try session.query(
                purpose,
                """
                SELECT extract(epoch FROM clock_timestamp())::float8 AS now, pg_is_in_recovery() AS standby,
                       current_setting('server_encoding') AS encoding,
                       has_table_privilege('alertd.event', 'INSERT, UPDATE') AS writes
                """
            ).only()
            let middle = asked.timeIntervalSince1970 + Date().timeIntervalSince(asked) / 2
            return DatabaseHealth(
                missingExtensions: DatabaseHealth.extensions.filter { !installed.contains($0) },
                hasDblink: installed.contains("dblink"), encoding: try row.text("encoding"),
                mayWrite: try row.bool("writes"), isStandby: try row.bool("standby"),
                secondsAhead: try row.real("now") - middle)
        }
    }
}
