public import Base

/// How a camera stands by what is stored: a row of `camera list`.
public struct CameraStanding: Sendable, Equatable {
    /// The camera's name.
    public let camera: String
    /// The start of the first stretch in which it was watched; nil when it never was.
    public let firstWatched: WallTime?
    /// The end of the last stretch in which it was watched; nil when it never was.
    public let lastWatched: WallTime?
    /// Why it is not watched: the reason of its open blind event; nil when there is none.
    public let blindReason: String?
    /// Since when; nil when there is no open blind event.
    public let blindSince: WallTime?

    init(_ row: Row) throws(StoreError) {
        camera = try row.text("camera")
        firstWatched = try row.optionalTime("first_watched")
        lastWatched = try row.optionalTime("last_watched")
        blindReason = try row.optionalText("reason")
        blindSince = try row.optionalTime("since")
    }
}

extension EventStore {
    /// How every camera that is known stands, by name.
    public func cameraStandings() async throws(StoreError) -> [CameraStanding] {
        try await reader.run("list cameras") { session throws(StoreError) in
            try session.query(
                "list cameras",
                """
                SELECT c.name AS camera, w.first_watched, w.last_watched, b.reason, b.since
                FROM alertd.camera c
                     LEFT JOIN LATERAL (
                         SELECT min(lower(k.during)) AS first_watched, max(upper(k.during)) AS last_watched
                         FROM alertd.coverage k WHERE k.camera_id = c.id
                     ) AS w ON true
                     LEFT JOIN LATERAL (
                         SELECT substr(e.source, strpos(e.source, ':') + 1) AS reason, lower(e.during) AS since
                         FROM alertd.event e
                         WHERE e.camera_id = c.id AND e.kind = 'blind' AND e.is_open
                         ORDER BY lower(e.during), e.id LIMIT 1
                     ) AS b ON true
                ORDER BY c.name
                """
            ).map(CameraStanding.init)
        }
    }
}
