public import Base

/// Curves are written with binary `COPY` into partitions by day. A batch that repeats something is told by the primary
/// key and written row by row instead: slower, but rare.
extension EventStore {
    /// Adds samples of score curves; one that is there already stays as it is, one of a span that was erased is left
    /// out. Returns how many were new.
    @discardableResult
    public func recordScores(_ samples: [ScoreSample], camera: CameraID) async throws(StoreError) -> Int {
        if samples.isEmpty { return 0 }
        try await ensureDays(.score, of: camera, samples.map(\.at))
        return try await writer.withTransaction("store scores of \(camera)") { session throws(StoreError) in
            try Self.recordScores(samples, camera, session)
        }
    }

    /// The days' partitions must exist (``ensureDays(_:of:_:)``).
    static func recordScores(
        _ samples: [ScoreSample], _ camera: CameraID, _ session: PostgresSession
    ) throws(StoreError) -> Int {
        let purpose = "store scores of \(camera)"
        let place = try PartitionPlace.find(camera, covering: samples.map(\.at), session, purpose)
        let kept = samples.filter { !place.isErased($0.at) }
        if kept.isEmpty { return 0 }
        let target = "alertd.score (camera_id, lane, at, value, p_value, explanation)"
        let isCopied = try session.copyUnlessRepeated(purpose, into: target, rows: kept.count, of: 6) { index, row in
            let sample = kept[index]
            row.add(place.camera)
            row.add(sample.lane)
            row.add(sample.at)
            row.add(sample.value)
            row.add(sample.pValue)
            row.add(sample.explanation)
        }
        if isCopied { return kept.count }
        return try merge(kept, place.camera, session, purpose)
    }

    /// Those of `samples` that no other holder's curve of `camera` covers: what a witness adds.
    static func unheld(
        _ samples: [ScoreSample], _ camera: CameraID, besides token: Int64, _ session: PostgresSession
    ) throws(StoreError) -> [ScoreSample] {
        let times = samples.map(\.at)
        let held = try session.query(
            "store scores of \(camera)",
            """
            SELECT lower(l.held) AS start, upper(l.held) AS "end"
            FROM alertd.camera_lease l JOIN alertd.camera c ON c.id = l.camera_id
            WHERE c.name = $1 AND l.token <> $2 AND l.held && tstzrange($3, $4, '[]')
            """, [.text(camera.name), .integer(token), .optional(times.min()), .optional(times.max())]
        ).map { row throws(StoreError) in (start: try row.time("start"), end: try row.time("end")) }
        return samples.filter { sample in !held.contains { $0.start <= sample.at && sample.at < $0.end } }
    }

    private static func merge(
        _ samples: [ScoreSample], _ camera: Int32, _ session: PostgresSession, _ purpose: String
    ) throws(StoreError) -> Int {
        var added = 0
        // 5,000 samples are about half a megabyte on the wire.
        for start in stride(from: 0, to: samples.count, by: 5000) {
            let batch = samples[start..<min(start + 5000, samples.count)]
            added += try session.query(
                purpose,
                """
                INSERT INTO alertd.score (camera_id, lane, at, value, p_value, explanation)
                SELECT $1::bigint::integer, s.lane, s.at, s.value, s.p_value, s.explanation
                FROM unnest($2::text[], $3::timestamptz[], $4::float8[], $5::float8[], $6::text[])
                         AS s (lane, at, value, p_value, explanation)
                ON CONFLICT DO NOTHING
                """,
                [
                    .integer(Int64(camera)), .texts(batch.map(\.lane)), .times(batch.map(\.at)),
                    .reals(batch.map(\.value)), .reals(batch.map(\.pValue)), .texts(batch.map(\.explanation)),
                ]
            ).affected
        }
        return added
    }
}
