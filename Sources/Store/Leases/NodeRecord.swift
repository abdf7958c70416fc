public import Base

/// A daemon that shares the database with others.
public struct NodeRecord: Sendable, Equatable {
    /// Its name.
    public let name: String
    /// Where its HTTP service is; nil when others do not reach it.
    public let address: String?
    /// Whether it has asked for leases of late.
    public let isAlive: Bool

    init(_ row: Row) throws(StoreError) {
        name = try row.text("name")
        address = try row.optionalText("address")
        isAlive = try row.bool("alive")
    }
}

/// How the nodes that share a database stand, as `doctor` says it.
public struct ClusterStanding: Sendable, Equatable {
    /// Names of the nodes that are alive.
    public var alive: [String] = []
    /// Names of those that were there in the last day and are not now.
    public var gone: [String] = []
    /// Names of living nodes with other cameras or queries than the configuration that was compared.
    public var disagreeing: [String] = []
    /// Cameras of living nodes that nobody holds.
    public var unheld: [String] = []
}

extension EventStore {
    /// The other nodes that have encodings of `cameras` (nil: of any) between `since` and `until`, by name.
    public func nodesWithEncodings(
        of cameras: Set<CameraID>?, since: WallTime?, until: WallTime?
    ) async throws(StoreError) -> [NodeRecord] {
        try await reader.run("list nodes") { session throws(StoreError) in
            try session.query(
                "list nodes", "SELECT name, address, alive FROM alertd.nodes_with_encodings($1, $2, $3)",
                [
                    cameras.map { .texts($0.map(\.name).sorted()) } ?? .null, .optional(since), .optional(until),
                ]
            ).map(NodeRecord.init)
        }
    }

    /// The names of the other nodes that have footage of `camera` in `span`.
    public func nodesWithFootage(of camera: CameraID, during span: TimeSpan) async throws(StoreError) -> [String] {
        try await reader.run("find footage of \(camera)") { session throws(StoreError) in
            try session.query(
                "find footage of \(camera)",
                """
                SELECT DISTINCT f.node FROM alertd.footage f JOIN alertd.camera c ON c.id = f.camera_id
                WHERE c.name = $1 AND f.during && tstzrange($2, $3, '[]') AND f.node NOT IN ('', alertd.this_node())
                ORDER BY f.node
                """, [.text(camera.name), .time(span.start), .time(span.end)]
            ).map { row throws(StoreError) in try row.text("node") }
        }
    }

    /// How the nodes stand, compared with a configuration whose cameras and queries are `file`.
    public func clusterStanding(file: String) async throws(StoreError) -> ClusterStanding {
        try await reader.run("look at the nodes") { session throws(StoreError) in
            var standing = ClusterStanding()
            let nodes = try session.query(
                "look at the nodes",
                """
                SELECT name, alive, digest <> encode(sha256(convert_to($1, 'UTF8')), 'hex') AS differs
                FROM alertd.v_nodes WHERE seen_at > now() - interval '1 day' ORDER BY name
                """, [.storable(file)])
            for row in nodes.all {
                let name = try row.text("name")
                guard try row.bool("alive") else {
                    standing.gone.append(name)
                    continue
                }
                standing.alive.append(name)
                if try row.bool("differs") { standing.disagreeing.append(name) }
            }
            standing.unheld = try session.query(
                "look at the nodes",
                """
                SELECT DISTINCT w AS camera FROM alertd.node n, unnest(n.cameras) AS w
                WHERE n.seen_until > clock_timestamp()
                  AND NOT EXISTS (SELECT FROM alertd.v_leases l WHERE l.camera = w AND l.held)
                ORDER BY w
                """
            ).map { row throws(StoreError) in try row.text("camera") }
            return standing
        }
    }
}
