public import Base

extension EventStore {
    /// Notes a file of footage. Returns false when part of its span was erased: the file has to go then.
    public func recordFootage(_ record: FootageRecord) async throws(StoreError) -> Bool {
        try await writer.withTransaction("index footage of \(record.camera)") { session throws(StoreError) in
            try Self.recordFootage(record, session)
        }
    }

    /// The camera's files of one kind that show something of `span`, oldest first.
    public func footage(
        of camera: CameraID, kind: FootageRecord.Kind, in span: TimeSpan
    ) async throws(StoreError) -> [FootageRecord] {
        try await reader.run("find footage of \(camera)") { session throws(StoreError) in
            try session.query(
                "find footage of \(camera)",
                """
                SELECT f.kind, lower(f.during) AS start, upper(f.during) AS "end", f.file, f.bytes
                FROM alertd.footage f JOIN alertd.camera c ON c.id = f.camera_id
                WHERE c.name = $1 AND f.kind = $2 AND f.during && tstzrange($3, $4, '[]') AND f.node IN ('', alertd.this_node())
                ORDER BY start, f.file
                """, [.text(camera.name), .text(kind.rawValue), .time(span.start), .time(span.end)]
            ).map { row throws(StoreError) in try FootageRecord(row, of: camera) }
        }
    }

    /// Bytes of the camera's footage, and when the oldest of it was seen.
    public func footageTotal(of camera: CameraID) async throws(StoreError) -> (bytes: Int64, oldest: WallTime?) {
        try await reader.run("measure footage of \(camera)") { session throws(StoreError) in
            let row = try session.query(
                "measure footage of \(camera)",
                """
                SELECT coalesce(sum(f.bytes), 0)::bigint AS bytes, min(upper(f.during)) AS oldest
                FROM alertd.footage f JOIN alertd.camera c ON c.id = f.camera_id
                WHERE c.name = $1 AND f.node IN ('', alertd.this_node())
                """, [.text(camera.name)]
            ).only()
            return (try row.integer("bytes"), try row.optionalTime("oldest"))
        }
    }

    /// All footage of the camera, oldest first, and whether it is part of an event's clip of that pre- and post-roll.
    public func footageEntries(
        of camera: CameraID, before: Double, after: Double
    ) async throws(StoreError) -> [FootageEntry] {
        try await reader.run("list footage of \(camera)") { session throws(StoreError) in
            try session.query(
                "list footage of \(camera)",
                """
                SELECT f.kind, lower(f.during) AS start, upper(f.during) AS "end", f.file, f.bytes,
                       EXISTS (
                           SELECT FROM alertd.event e
                           WHERE e.camera_id = f.camera_id AND e.kind <> 'blind'
                             AND e.started_at < upper(f.during) + $2 * interval '1 second'
                             AND e.ended_at > lower(f.during) - $3 * interval '1 second'
                       ) AS shows_event
                FROM alertd.footage f JOIN alertd.camera c ON c.id = f.camera_id
                WHERE c.name = $1 AND f.node IN ('', alertd.this_node()) ORDER BY start, f.file
                """, [.text(camera.name), .real(before), .real(after)]
            ).map { row throws(StoreError) in
                FootageEntry(record: try FootageRecord(row, of: camera), showsEvent: try row.bool("shows_event"))
            }
        }
    }

    /// Forgets files that were removed.
    public func forgetFootage(_ records: [FootageRecord], of camera: CameraID) async throws(StoreError) {
        if records.isEmpty { return }
        try await writer.withTransaction("forget footage of \(camera)") { session throws(StoreError) in
            _ = try session.query(
                "forget footage of \(camera)",
                """
                DELETE FROM alertd.footage f USING alertd.camera c
                WHERE c.id = f.camera_id AND c.name = $1 AND f.file = ANY ($2::text[]) AND f.node IN ('', alertd.this_node())
                """, [.text(camera.name), .texts(records.map(\.file))])
        }
    }

    static func recordFootage(_ record: FootageRecord, _ session: PostgresSession) throws(StoreError) -> Bool {
        let purpose = "index footage of \(record.camera)"
        return try session.query(
            purpose, "SELECT alertd.record_footage($1, $2, $3, $4, $5, $6) AS is_kept",
            [
                .text(record.camera.name), .text(record.kind.rawValue), .time(record.during.start),
                .time(record.during.end), .text(record.file), .integer(record.bytes),
            ]
        ).only().bool("is_kept")
    }
}

extension FootageRecord {
    fileprivate init(_ row: Row, of camera: CameraID) throws(StoreError) {
        let file = try row.text("file")
        let (start, end) = (try row.time("start"), try row.time("end"))
        guard let kind = Kind(rawValue: try row.text("kind")), start <= end else {
            throw .unexpectedResult(what: "read footage of \(camera)", why: "the row of \(file) is malformed")
        }
        self.init(
            camera: camera, kind: kind, during: TimeSpan(start: start, end: end), file: file,
            bytes: try row.integer("bytes"))
    }
}
