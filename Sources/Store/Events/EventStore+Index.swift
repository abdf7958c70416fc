import Base

/// Rows that say where each minute's encodings are. They can be made again from the files.
extension EventStore {
    /// Adds rows; one of the same camera, encoder and minute is replaced, one of a minute that was erased is left out.
    public func recordIndex(_ minutes: [EncodingMinute]) async throws(StoreError) {
        for (camera, rows) in Dictionary(grouping: minutes, by: \.camera).sorted(by: { $0.key.name < $1.key.name }) {
            try await ensureDays(.encodingMinute, of: camera, rows.map(\.summary.minute))
            try await writer.withTransaction("index encodings of \(camera)") { session throws(StoreError) in
                try Self.recordIndex(rows, camera, session)
            }
        }
    }

    /// All of one camera; the days' partitions must exist.
    static func recordIndex(
        _ minutes: [EncodingMinute], _ camera: CameraID, _ session: PostgresSession
    ) throws(StoreError) {
        let purpose = "index encodings of \(camera)"
        let place = try PartitionPlace.find(camera, covering: minutes.map(\.summary.minute), session, purpose)
        // Of a minute that is there twice the last one counts.
        var latest: [WallTime: EncodingMinute] = [:]
        for minute in minutes where !place.isErased(minute.summary.minute) { latest[minute.summary.minute] = minute }
        let kept = latest.values.sorted { $0.summary.minute < $1.summary.minute }
        if kept.isEmpty { return }
        let columns = "(camera_id, encoder, minute, frames, looks, stills, radius, file, position, bytes)"
        let target = "alertd.encoding_minute " + columns
        let isCopied = try session.copyUnlessRepeated(purpose, into: target, rows: kept.count, of: 10) { index, row in
            let minute = kept[index]
            row.add(place.camera)
            row.add(minute.encoder)
            row.add(minute.summary.minute)
            row.add(Int32(clamping: minute.summary.frames))
            row.add(Int32(clamping: minute.summary.looks))
            row.add(Int32(clamping: minute.summary.stills))
            row.add(Double(minute.summary.radius))
            row.add(minute.file)
            row.add(Int64(minute.summary.position))
            row.add(Int64(minute.summary.bytes))
        }
        if isCopied { return }
        for row in kept {
            _ = try session.query(
                purpose,
                """
                INSERT INTO alertd.encoding_minute \(columns)
                VALUES ($1::bigint::integer, $2, $3, $4::bigint::integer, $5::bigint::integer, $6::bigint::integer, $7, $8, $9, $10)
                ON CONFLICT (camera_id, encoder, minute, node) DO UPDATE
                SET frames = excluded.frames, looks = excluded.looks, stills = excluded.stills, radius = excluded.radius,
                    file = excluded.file, position = excluded.position, bytes = excluded.bytes
                """,
                [
                    .integer(Int64(place.camera)), .bytes(row.encoder), .time(row.summary.minute),
                    .integer(Int64(row.summary.frames)), .integer(Int64(row.summary.looks)),
                    .integer(Int64(row.summary.stills)), .real(Double(row.summary.radius)), .text(row.file),
                    .integer(Int64(row.summary.position)), .integer(Int64(row.summary.bytes)),
                ])
        }
    }
}
