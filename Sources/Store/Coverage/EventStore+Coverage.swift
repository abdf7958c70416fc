public import Base

extension EventStore {
    /// Says that the camera was watched in `span`. Saying it twice changes nothing.
    public func recordCoverage(_ span: TimeSpan, camera: CameraID) async throws(StoreError) {
        try await writer.withTransaction("store coverage of \(camera)") { session throws(StoreError) in
            try Self.recordCoverage(span, camera, session)
        }
    }

    /// Watched spans and gaps in turn, by camera and time. A camera's ledger reaches from its first watched or blind
    /// moment, or `since`, to its last one, or `until`.
    public func listCoverage(
        camera: CameraID? = nil, since: WallTime? = nil, until: WallTime? = nil
    ) async throws(StoreError) -> [CoverageRecord] {
        try await reader.run("list coverage") { session throws(StoreError) in
            try session.query(
                "list coverage",
                """
                WITH told AS (
                    SELECT k.camera_id, k.during FROM alertd.coverage k
                    UNION ALL
                    SELECT e.camera_id, e.during FROM alertd.event e WHERE e.kind = 'blind'
                ), known AS (
                    SELECT c.id, c.name,
                           coalesce($2::timestamptz, min(lower(t.during))) AS first,
                           coalesce($3::timestamptz, max(upper(t.during))) AS last
                    FROM alertd.camera c JOIN told t ON t.camera_id = c.id
                    WHERE $1::text IS NULL OR c.name = $1
                    GROUP BY c.id
                ), bounded AS (
                    SELECT id, name, tstzrange(first, last, '[)') AS during FROM known WHERE first < last
                ), ledger AS (
                    SELECT b.name, k.during * b.during AS during, NULL AS reason
                    FROM bounded b JOIN alertd.coverage k ON k.camera_id = b.id AND k.during && b.during
                    UNION ALL
                    SELECT b.name, g.during, g.reason
                    FROM bounded b, alertd.coverage_gaps(b.name, lower(b.during), upper(b.during)) AS g
                )
                SELECT name AS camera, lower(during) AS start, upper(during) AS "end", reason
                FROM ledger ORDER BY name, start, "end"
                """, [.optional(camera?.name), .optional(since), .optional(until)]
            ).map(CoverageRecord.init)
        }
    }

    static func recordCoverage(
        _ span: TimeSpan, _ camera: CameraID, _ session: PostgresSession
    ) throws(StoreError) {
        _ = try session.query(
            "store coverage of \(camera)", "SELECT alertd.record_coverage($1, $2, $3)::text",
            [.text(camera.name), .time(span.start), .time(span.end)])
    }
}
