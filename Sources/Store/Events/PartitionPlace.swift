import Base

/// The tables that are partitioned by UTC day.
enum DayTable: String, Sendable {
    case score
    case encodingMinute = "encoding_minute"
}

/// What a writer of a partitioned table has to know of a camera: its key, and which spans were erased.
struct PartitionPlace {
    /// The camera's key in the database.
    let camera: Int32
    /// Spans of which nothing may be stored.
    let erased: [TimeSpan]

    /// Whether nothing may be stored of `time`.
    func isErased(_ time: WallTime) -> Bool { erased.contains { $0.start <= time && time < $0.end } }

    /// Looks `camera` up, and what was erased between the earliest and the latest of `times`. From here to the end of
    /// the transaction nothing more is erased.
    static func find(
        _ camera: CameraID, covering times: [WallTime], _ session: PostgresSession, _ purpose: String
    ) throws(StoreError) -> PartitionPlace {
        _ = try session.query(purpose, "SELECT pg_advisory_xact_lock_shared(8750, 3)::text")
        let rows = try session.query(
            purpose,
            """
            SELECT c.id::bigint AS id, lower(x.during) AS start, upper(x.during) AS "end"
            FROM alertd.camera c
            LEFT JOIN alertd.erasure x ON x.camera_id = c.id AND x.during && tstzrange($2, $3, '[]')
            WHERE c.name = $1
            """, [.text(camera.name), .optional(times.min()), .optional(times.max())])
        guard let first = rows.all.first, let id = Int32(exactly: try first.integer("id")) else {
            throw .unexpectedResult(what: purpose, why: "the camera is unknown")
        }
        var erased: [TimeSpan] = []
        for row in rows.all {
            guard let start = try row.optionalTime("start"), let end = try row.optionalTime("end") else { continue }
            erased.append(TimeSpan(start: start, end: max(start, end)))
        }
        return PartitionPlace(camera: id, erased: erased)
    }
}

extension EventStore {
    /// Makes the partitions of `table` that hold `times`, and notes that `camera` writes to them. In a transaction of
    /// its own: two writers that made each other's partitions inside theirs could wait for each other.
    func ensureDays(_ table: DayTable, of camera: CameraID, _ times: [WallTime]) async throws(StoreError) {
        if times.isEmpty { return }
        var days: [String] = []
        for day in Set(times.map(\.dayName)).sorted() {
            guard EncodingFolder.isDay(day), !day.hasPrefix("0000") else {
                throw .invalidValue(what: "rows of \(camera)", why: "the day \(day) lies outside the years 1 to 9999")
            }
            days.append(day)
        }
        let names = days
        try await writer.run("make room for \(names.count) days of \(camera)") { session throws(StoreError) in
            _ = try session.query(
                "make room for \(names.count) days of \(camera)",
                "SELECT alertd.ensure_days($1, $2, $3::text[]::date[])::text",
                [.text(table.rawValue), .text(camera.name), .texts(names)])
        }
    }
}

extension PostgresSession {
    /// Copies rows unless one of them is there already: then nothing is changed and the answer is false. Only inside
    /// a transaction.
    func copyUnlessRepeated(
        _ purpose: String, into target: String, rows count: Int, of columns: Int16,
        _ write: (_ index: Int, _ row: inout CopyRows) -> Void
    ) throws(StoreError) -> Bool {
        try script(purpose, "SAVEPOINT copying")
        do throws(StoreError) {
            try copy(purpose, into: target, rows: count, of: columns, write)
            return true
        } catch {
            guard case .constraint(let name, _, _) = error, name.hasSuffix("_pkey") else { throw error }
            try script(purpose, "ROLLBACK TO SAVEPOINT copying")
            return false
        }
    }
}
