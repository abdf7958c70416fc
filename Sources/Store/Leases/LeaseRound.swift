public import Base

/// What a node tells and asks of the others every few seconds.
public struct LeaseRequest: Sendable {
    /// The node's name.
    public var node: String
    /// Identifies its state directory, so that two daemons cannot pass for one.
    public var machine: String
    /// Where the others reach its HTTP service.
    public var address: String?
    /// How long a lease lasts unless it is renewed.
    public var length: Duration
    /// The cameras of its configuration.
    public var cameras: [CameraID]
    /// Cameras and queries of its configuration as text, without secrets; the database keeps a digest.
    public var file: String
    /// Tokens of the leases to renew.
    public var held: [CameraID: Int64] = [:]
    /// Cameras that it has ended watching and lets go.
    public var released: Set<CameraID> = []
    /// Whether it ends and lets everything go.
    public var isLeaving = false

    /// A first request: nothing is held yet.
    public init(
        node: String, machine: String, address: String?, length: Duration, cameras: [CameraID], file: String
    ) {
        (self.node, self.machine, self.address, self.length) = (node, machine, address, length)
        (self.cameras, self.file) = (cameras, file)
    }
}

/// What became of a ``LeaseRequest``.
public struct LeaseAnswer: Sendable {
    /// The leases that the node holds now, by camera, with their tokens.
    public var held: [CameraID: Int64] = [:]
    /// Cameras among them that it should end watching and let go, for a node that has fewer.
    public var surplus: Set<CameraID> = []
    /// The time of the database's clock.
    public var time = WallTime(microseconds: 0)
    /// When it is worth asking again before the next renewal, as a lease of another node runs out; nil for no reason.
    public var nextExpiry: WallTime?
    /// Nodes that are alive, this one included.
    public var nodes = 0
    /// Those among them whose cameras or queries differ from this one's.
    public var disagreeing: String?
    /// Why nothing was given: another machine has this name.
    public var problem: String?
}

extension EventStore {
    /// Asks for leases: one statement, so that a process that stops in the middle keeps nobody waiting.
    static func leaseRound(_ request: LeaseRequest, _ session: PostgresSession) throws(StoreError) -> LeaseAnswer {
        let held = request.held.sorted { $0.key.name < $1.key.name }
        let rows = try session.query(
            "renew leases",
            "SELECT * FROM alertd.lease_round($1, $2, $3, $4, $5, $6, $7, $8::text[]::bigint[], $9, $10)",
            [
                .text(request.node), .text(request.machine), .optional(request.address),
                .texts(request.cameras.map(\.name)), .storable(request.file), .real(request.length / .seconds(1)),
                .texts(held.map(\.key.name)), .texts(held.map { "\($0.value)" }),
                .texts(request.released.map(\.name).sorted()), .bool(request.isLeaving),
            ])
        guard let first = rows.all.first else {
            throw .unexpectedResult(what: "renew leases", why: "no row")
        }
        var answer = LeaseAnswer()
        answer.time = try first.time("at")
        answer.nextExpiry = try first.optionalTime("wake_at")
        answer.nodes = Int(try first.integer("nodes"))
        answer.disagreeing = try first.optionalText("others")
        answer.problem = try first.optionalText("problem")
        for row in rows.all.dropFirst() {
            guard let camera = CameraID(try row.text("camera")) else { continue }
            answer.held[camera] = try row.integer("token")
            if try row.bool("is_surplus") { answer.surplus.insert(camera) }
        }
        return answer
    }

    /// What becomes of changes with these stamps, in their order. Only inside the transaction that writes them.
    static func standings(
        _ stamps: [(camera: CameraID, stamp: LeaseStamp)], _ session: PostgresSession
    ) throws(StoreError) -> [LeaseStanding] {
        if stamps.isEmpty { return [] }
        return try session.query(
            "check leases",
            "SELECT standing FROM alertd.lease_standings($1, $2::text[]::bigint[], $3) ORDER BY place",
            [
                .texts(stamps.map(\.camera.name)), .texts(stamps.map { "\($0.stamp.token)" }),
                .times(stamps.map(\.stamp.at)),
            ]
        ).map { row throws(StoreError) in
            guard let standing = LeaseStanding(rawValue: try row.text("standing")) else {
                throw .unexpectedResult(what: "check leases", why: "an unknown standing")
            }
            return standing
        }
    }
}
