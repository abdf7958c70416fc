public import Base

extension EventStore {
    /// Makes the camera known, if it is not.
    public func ensureCamera(_ camera: CameraID) async throws(StoreError) {
        try await writer.run("store camera \(camera)") { session throws(StoreError) in
            try Self.ensureCamera(camera, session)
        }
    }

    /// Writes events in one transaction: all or none. An event that overlaps one of the same camera and source is
    /// merged with it; a key seen before changes nothing. Returns what each event became, in the order given.
    @discardableResult
    public func record(_ writes: [EventWrite]) async throws(StoreError) -> [EventOutcome] {
        try await writer.withTransaction("store events") { session throws(StoreError) in
            try Self.record(writes, session)
        }
    }

    /// Closes the camera's open events at their last evidence: for a daemon's start, after one that was killed.
    /// Returns how many were open.
    @discardableResult
    public func closeOpenEvents(of camera: CameraID) async throws(StoreError) -> Int {
        try await writer.run("close the open events of \(camera)") { session throws(StoreError) in
            try Self.closeOpenEvents(of: camera, session)
        }
    }

    @discardableResult
    static func closeOpenEvents(of camera: CameraID, _ session: PostgresSession) throws(StoreError) -> Int {
        let rows = try session.query(
            "close the open events of \(camera)", "SELECT alertd.close_open_events($1) AS closed", [.text(camera.name)])
        return Int(try rows.only().integer("closed"))
    }

    static func ensureCamera(_ camera: CameraID, _ session: PostgresSession) throws(StoreError) {
        _ = try session.query(
            "store camera \(camera)",
            """
            INSERT INTO alertd.camera (name) SELECT $1
            WHERE NOT EXISTS (SELECT FROM alertd.camera WHERE name = $1) ON CONFLICT (name) DO NOTHING
            """, [.text(camera.name)])
    }

    static func record(_ writes: [EventWrite], _ session: PostgresSession) throws(StoreError) -> [EventOutcome] {
        try record(writes.map { (write: $0, standing: .holder) }, session)
    }

    static func record(
        _ writes: [(write: EventWrite, standing: LeaseStanding)], _ session: PostgresSession
    ) throws(StoreError) -> [EventOutcome] {
        for (write, _) in writes { try check(write) }
        let rows = try session.batch(
            "store events",
            """
            SELECT event_id, change FROM alertd.record_event($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, \
            $14, $15, $16, $17, $18)
            """, writes.map { parameters($0.write) + [.text($0.standing.rawValue)] })
        var outcomes: [EventOutcome] = []
        for result in rows {
            let row = try result.only()
            guard let change = EventOutcome.Change(rawValue: try row.text("change")) else {
                throw .unexpectedResult(what: "store an event", why: "an unknown change")
            }
            outcomes.append(EventOutcome(id: try row.integer("event_id"), change: change))
        }
        return outcomes
    }

    /// What would break an index is refused before it is sent.
    private static func check(_ write: EventWrite) throws(StoreError) {
        let source = write.event.source.key.utf8.count
        guard source <= 2000, (1...2500).contains(write.idempotencyKey.utf8.count) else {
            throw .invalidValue(
                what: "an event of \(write.event.camera)",
                why: "its source has \(source) bytes, 2000 fit, or its key has none or more than 2500")
        }
    }

    private static func parameters(_ write: EventWrite) -> [SQLValue] {
        let event = write.event
        let queryText: String? = if case .query(_, let text) = event.source { text } else { nil }
        let box = event.box.map { SQLValue.reals([$0.left, $0.top, $0.right, $0.bottom]) }
        return [
            .text(event.camera.name), .storable(event.source.key), queryText.map { .storable($0) } ?? .null,
            .time(event.during.start), .time(event.during.end), .bool(event.isOpen),
            .real(event.startError), .real(event.endError), .real(event.score), .optional(event.anomalyScore),
            write.description.map { .storable($0) } ?? .null,
            .optional(write.description.map { _ in write.descriptionOrigin }),
            .text(event.clock.rawValue), box ?? .null, .storable(write.idempotencyKey),
            write.replaces.map { .storable($0) } ?? .null, write.explanation.map { .storable($0) } ?? .null,
        ]
    }
}
