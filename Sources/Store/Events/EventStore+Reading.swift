public import Base

extension EventStore {
    /// The latest events that pass `filter`, earliest first.
    public func listEvents(_ filter: EventFilter = EventFilter()) async throws(StoreError) -> [EventRecord] {
        if let since = filter.since, let until = filter.until, since >= until { return [] }
        var request = EventPageRequest(limit: filter.limit)
        request.cameras = filter.camera.map { [$0.name] }
        (request.kind, request.since, request.until) = (filter.kind, filter.since, filter.until)
        return try await eventPage(request).reversed()
    }

    /// The event with this number, or nil.
    public func event(_ id: Int64) async throws(StoreError) -> EventRecord? {
        try await reader.run("read event \(id)") { session throws(StoreError) in
            let rows = try session.query(
                "read event \(id)", "SELECT \(Self.eventColumns) FROM alertd.v_events WHERE id = $1", [.integer(id)])
            return try rows.map(EventRecord.init).first
        }
    }

    /// The latest values of anomaly curves, earliest first.
    public func listAnomalies(
        camera: CameraID? = nil, since: WallTime? = nil, until: WallTime? = nil, limit: Int = 100_000
    ) async throws(StoreError) -> [AnomalyRecord] {
        try await reader.run("list anomaly scores") { session throws(StoreError) in
            let rows = try session.query(
                "list anomaly scores",
                """
                SELECT * FROM (
                    SELECT camera, lane, at, score, p_value, explanation FROM alertd.v_anomalies
                    WHERE ($1::text IS NULL OR camera = $1)
                      AND at >= coalesce($2, '-infinity'::timestamptz) AND at < coalesce($3, 'infinity'::timestamptz)
                    ORDER BY at DESC, camera DESC, lane DESC
                    LIMIT $4
                ) AS latest
                ORDER BY at, camera, lane
                """,
                [.optional(camera?.name), .optional(since), .optional(until), .integer(Int64(max(0, limit)))])
            return try rows.map(AnomalyRecord.init)
        }
    }

    /// The cameras known, by name.
    public func cameras() async throws(StoreError) -> [String] {
        try await reader.run("list cameras") { session throws(StoreError) in
            try session.query("list cameras", "SELECT name FROM alertd.v_cameras ORDER BY name")
                .map { row throws(StoreError) in try row.text("name") }
        }
    }

    /// The columns of `alertd.v_events` that make an ``EventRecord``.
    static var eventColumns: String {
        """
        id, camera, kind, reason, query, query_text, started_at AS start, ended_at AS "end", open, start_error, \
        end_error, score, anomaly_score, description, description_origin, clock, (box->>0)::float8 AS box_left, \
        (box->>1)::float8 AS box_top, (box->>2)::float8 AS box_right, (box->>3)::float8 AS box_bottom, \
        explanation::text AS explanation, verdict
        """
    }
}
