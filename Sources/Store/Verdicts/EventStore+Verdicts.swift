public import Base

extension EventStore {
    /// Notes a verdict on an event, `normal` or `incident`; gives its number, nil when there is no such event.
    public func recordVerdict(_ verdict: String, on event: Int64) async throws(StoreError) -> Int64? {
        try await writer.run("store a verdict on event \(event)") { session throws(StoreError) in
            try session.query(
                "store a verdict on event \(event)", "SELECT alertd.record_verdict($1, $2) AS number",
                [.integer(event), .text(verdict)]
            ).only().optionalInteger("number")
        }
    }

    /// The verdicts after number `last`, of one camera or all, in order: of an event that was judged again every one.
    public func verdicts(after last: Int64 = 0, on camera: CameraID? = nil) async throws(StoreError) -> [VerdictRecord]
    {
        try await reader.run("read verdicts") { session throws(StoreError) in
            try session.query(
                "read verdicts",
                """
                SELECT w.id AS number, e.id AS event, e.camera, e.kind, e.query, e.started_at AS start, e.ended_at AS "end",
                       w.verdict
                FROM alertd.verdict w JOIN alertd.v_events e ON e.id = w.event_id
                WHERE w.id > $1 AND ($2::text IS NULL OR e.camera = $2)
                ORDER BY w.id
                """, [.integer(last), .optional(camera?.name)]
            ).map(VerdictRecord.init)
        }
    }
}
