public import Base

/// Which part of the anomaly curves a page shows, oldest first.
public struct AnomalyPageRequest: Sendable, Hashable {
    /// Where a page ends, and the next one begins.
    public struct Position: Sendable, Hashable {
        /// The moment, the camera and the lane of the page's last value.
        public let at: WallTime, camera: String, lane: String

        /// The place of that value.
        public init(at: WallTime, camera: String, lane: String) {
            (self.at, self.camera, self.lane) = (at, camera, lane)
        }
    }

    /// Only these cameras'; nil means all.
    public var cameras: [String]?
    /// `[since, until)`
    public var since, until: WallTime
    /// Only values behind this place.
    public var after: Position?
    /// At most this many.
    public var limit: Int

    /// The first `limit` values in that time.
    public init(since: WallTime, until: WallTime, limit: Int) {
        (self.since, self.until, self.limit) = (since, until, limit)
    }
}

extension EventStore {
    /// A page of the curves.
    public func anomalyPage(_ request: AnomalyPageRequest) async throws(StoreError) -> [AnomalyRecord] {
        try await reader.run("list anomaly scores") { session throws(StoreError) in
            try session.query(
                "list anomaly scores",
                """
                SELECT camera, lane, at, score, p_value, explanation FROM alertd.v_anomalies
                WHERE ($1::text[] IS NULL OR camera = ANY ($1)) AND at >= $2 AND at < $3
                  AND at >= coalesce($4, '-infinity'::timestamptz)
                  AND ($4::timestamptz IS NULL OR (at, camera COLLATE "C", lane COLLATE "C") > ($4, $5, $6))
                ORDER BY at, camera COLLATE "C", lane COLLATE "C"
                LIMIT $7
                """,
                [
                    request.cameras.map { .texts($0) } ?? .null, .time(request.since), .time(request.until),
                    .optional(request.after?.at), .optional(request.after?.camera), .optional(request.after?.lane),
                    .integer(Int64(max(0, request.limit))),
                ]
            ).map(AnomalyRecord.init)
        }
    }

    /// The rarest value of each camera in each of `points` equal parts of the time, by camera and time, without its lane
    /// and words: a curve over a month is one small answer. Parts without values are left out.
    public func anomalyOutline(
        _ request: AnomalyPageRequest, points: Int
    ) async throws(StoreError) -> [AnomalyRecord] {
        let width = request.until.seconds(since: request.since) / Double(max(1, points))
        guard width > 0 else { return [] }
        return try await reader.run("outline anomaly scores") { session throws(StoreError) in
            try session.query(
                "outline anomaly scores",
                """
                SELECT camera, '' AS lane,
                       $2::timestamptz + least_one[3] * interval '1 microsecond' AS at,
                       -least_one[2] AS score, nullif(least_one[1], 2) AS p_value, NULL::text AS explanation
                FROM (
                    SELECT camera, min(ARRAY[
                               coalesce(p_value, 2), -score,
                               (extract(epoch FROM at - $2::timestamptz) * 1000000)::float8]) AS least_one
                    FROM alertd.v_anomalies
                    WHERE ($1::text[] IS NULL OR camera = ANY ($1)) AND at >= $2 AND at < $3
                    GROUP BY camera, floor(extract(epoch FROM at - $2::timestamptz)::float8 / $4)
                ) AS parts
                ORDER BY camera, at LIMIT $5
                """,
                [
                    request.cameras.map { .texts($0) } ?? .null, .time(request.since), .time(request.until),
                    .real(width), .integer(Int64(max(0, request.limit))),
                ]
            ).map(AnomalyRecord.init)
        }
    }
}
