public import Base
import Glibc

/// Erasing is more than deleting: a deleted row stays in its table's file until it is overwritten, and a sample of its
/// texts may stand in the planner's statistics.
extension EventStore {
    /// Deletes what is known of `camera` in `span`, whole events even if they only touch it, leaves a tombstone that
    /// keeps it from coming back, and rewrites the tables that held it. Needs the owner of the schema, since only an owner may
    /// rewrite a table. The server's write-ahead log is recycled in its own time, and back-ups are not reached.
    ///
    /// Throws ``StoreError/conflict(why:)`` while another transaction may still see what was deleted: the rows are gone
    /// for everybody then, and erasing again finishes the work.
    public func erase(camera: CameraID, during span: TimeSpan) async throws(StoreError) -> ErasureOutcome {
        var limits = PostgresSession.Limits()
        limits.statement = .seconds(6 * 3600)
        let connection = DatabaseConnection(address: address, limits: limits, threadName: "store-erase")
        do throws(StoreError) {
            let (outcome, transaction) = try await Self.delete(camera, span, connection)
            try await Self.waitForReaders(transaction, connection)
            try await Self.rewrite(camera, span, connection)
            await connection.close()
            return outcome
        } catch {
            await connection.close()
            throw error
        }
    }

    private static func delete(
        _ camera: CameraID, _ span: TimeSpan, _ connection: DatabaseConnection
    ) async throws(StoreError) -> (ErasureOutcome, transaction: Int64) {
        let purpose = "erase \(camera) from \(span.start) to \(span.end)"
        return try await connection.withTransaction(purpose) { session throws(StoreError) in
            let row = try session.query(
                purpose,
                """
                SELECT events, scores, (pg_current_xact_id()::text::bigint & 4294967295) AS transaction
                FROM alertd.erase($1, $2, $3)
                """, [.text(camera.name), .time(span.start), .time(span.end)]
            ).only()
            let outcome = ErasureOutcome(
                events: Int(try row.integer("events")), scores: Int(try row.integer("scores")))
            return (outcome, try row.integer("transaction"))
        }
    }

    /// A rewrite keeps the rows that some snapshot still sees, so the snapshots from before the deletion must end first.
    private static func waitForReaders(
        _ transaction: Int64, _ connection: DatabaseConnection
    ) async throws(StoreError) {
        for attempt in 0... {
            let holder = try await connection.run("wait for readers") { session throws(StoreError) -> Int64? in
                try session.query(
                    "wait for readers",
                    """
                    SELECT pid::bigint AS pid FROM pg_stat_activity
                    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_xmin IS NOT NULL
                      AND age(backend_xmin) >= age(($1::bigint)::text::xid)
                    LIMIT 1
                    """, [.integer(transaction)]
                ).all.first?.integer("pid")
            }
            guard let holder else { return }
            guard attempt < 300 else {
                throw .conflict(
                    why: "the rows are deleted, but process \(holder) of the server has an older transaction open, so "
                        + "their bytes cannot be removed from the tables; end it and erase again")
            }
            do { try await Task.sleep(for: .milliseconds(100)) } catch { throw .cancelled(what: "erase") }
        }
    }

    private static func rewrite(
        _ camera: CameraID, _ span: TimeSpan, _ connection: DatabaseConnection
    ) async throws(StoreError) {
        let purpose = "rewrite the tables of \(camera)"
        try await connection.run(purpose) { session throws(StoreError) in
            let partitions = try session.query(
                purpose,
                """
                SELECT p.parent || to_char(p.day, '_YYYYMMDD') AS name FROM alertd.day_partition p
                WHERE p.day >= ($1::timestamptz AT TIME ZONE 'UTC')::date
                  AND p.day <= ($2::timestamptz AT TIME ZONE 'UTC')::date
                """, [.time(span.start), .time(span.end)]
            ).map { row throws(StoreError) in try row.text("name") }
            // Most common values and histograms may hold texts of rows that are gone. A table that has become empty keeps
            // them when it is analysed, so they are deleted where that is allowed, which is to superusers.
            try permitting(
                session,
                "DELETE FROM pg_catalog.pg_statistic s USING pg_catalog.pg_class c "
                    + "WHERE c.oid = s.starelid AND c.relnamespace = 'alertd'::regnamespace")
            // Names made of a fixed word and eight digits; nothing in them needs quoting.
            for table in ["event", "event_key", "outbox", "notification", "footage", "description"] + partitions {
                try session.script(purpose, "VACUUM (FULL, ANALYZE) alertd.\(table)")
            }
            try session.script(purpose, "ANALYZE alertd.score")
            try session.script(purpose, "VACUUM (FULL) pg_catalog.pg_statistic")
            // The server writes one within its checkpoint_timeout anyway.
            try permitting(session, "CHECKPOINT")
        }
    }

    /// Runs what not every owner may; without the right to it nothing happens.
    private static func permitting(_ session: PostgresSession, _ statement: String) throws(StoreError) {
        do throws(StoreError) {
            try session.script("finish an erasure", statement)
        } catch {
            guard case .forbidden = error else { throw error }
        }
    }
}
