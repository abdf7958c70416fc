public import Base

/// A recording is written by one transaction at its end: what was found in the file is there whole or not at all, so an
/// ingest that was killed leaves nothing behind, and repeating it gives the rows of an uninterrupted one.
extension EventStore {
    /// The ingest of the same file into the same camera that already answers what is asked: analysed by the same encoder
    /// at the same rate, with all of `queries` looked for. `start` nil means: wherever it was placed in time. Nil when there is none.
    public func findRecording(
        digest: [UInt8], camera: CameraID, encoder: [UInt8], start: WallTime?, analysedFPS: Double, queries: [String]
    ) async throws(StoreError) -> Recording? {
        let found = try await recordings(digest: digest, camera: camera)
        return found.first {
            (start == nil || $0.start == start) && $0.encoder == encoder && $0.analysedFPS == analysedFPS
                && Set(queries).isSubset(of: $0.queries)
        }
    }

    /// Every ingest of this file into this camera, latest first.
    public func recordings(digest: [UInt8], camera: CameraID) async throws(StoreError) -> [Recording] {
        try await reader.run("look up a recording of \(camera)") { session throws(StoreError) in
            try Self.recordings(digest, camera, session)
        }
    }

    /// Writes a recording with everything found in it, in one transaction. When another process has committed the same
    /// recording meanwhile, nothing is written.
    public func finishRecording(
        _ recording: Recording, events: [EventWrite], scores: [ScoreSample]
    ) async throws(StoreError) -> RecordingOutcome {
        try await ensureDays(.score, of: recording.camera, scores.map(\.at))
        return try await writer.withTransaction("store a recording of \(recording.camera)") {
            session throws(StoreError) in
            _ = try session.query("wait for other writers", "SELECT alertd.writer_lock()::text")
            try Self.ensureCamera(recording.camera, session)
            let known = try Self.recordings(recording.digest, recording.camera, session)
            let isKnown = known.contains {
                $0.start == recording.start && $0.encoder == recording.encoder
                    && $0.analysedFPS == recording.analysedFPS && Set(recording.queries).isSubset(of: $0.queries)
            }
            if isKnown { return .alreadyKnown }
            try Self.insert(recording, session)
            let outcomes = try Self.record(events, session)
            _ = try Self.recordScores(scores, recording.camera, session)
            let end = recording.start.advanced(bySeconds: recording.duration)
            try Self.recordCoverage(TimeSpan(start: recording.start, end: end), recording.camera, session)
            return .written(outcomes)
        }
    }

    private static func insert(_ recording: Recording, _ session: PostgresSession) throws(StoreError) {
        _ = try session.query(
            "store a recording of \(recording.camera)",
            """
            INSERT INTO alertd.recording AS r
                (camera_id, digest, started_at, duration_seconds, analysed_fps, queries, encoder)
            SELECT id, $2, $3, $4, $5, $6, $7 FROM alertd.camera WHERE name = $1
            ON CONFLICT (camera_id, digest, started_at, encoder) DO UPDATE
            SET duration_seconds = excluded.duration_seconds, analysed_fps = excluded.analysed_fps, finished_at = now(),
                queries = ARRAY(SELECT unnest(r.queries) UNION SELECT unnest(excluded.queries))
            """,
            [
                .text(recording.camera.name), .bytes(recording.digest), .time(recording.start),
                .real(recording.duration), .real(recording.analysedFPS), .texts(recording.queries),
                .bytes(recording.encoder),
            ])
    }

    private static func recordings(
        _ digest: [UInt8], _ camera: CameraID, _ session: PostgresSession
    ) throws(StoreError) -> [Recording] {
        let rows = try session.query(
            "look up a recording of \(camera)",
            """
            SELECT r.id, r.encoder, r.started_at, r.duration_seconds, r.analysed_fps, q.query
            FROM alertd.recording r JOIN alertd.camera c ON c.id = r.camera_id
                 LEFT JOIN LATERAL unnest(r.queries) AS q (query) ON true
            WHERE c.name = $1 AND r.digest = $2
            ORDER BY r.finished_at DESC, r.id, q.query
            """, [.text(camera.name), .bytes(digest)])
        var found: [(id: Int64, recording: Recording)] = []
        for row in rows.all {
            let id = try row.integer("id")
            var queries: [String] = []
            if let last = found.last, last.id == id {
                queries = last.recording.queries
                found.removeLast()
            }
            if let query = try row.optionalText("query") { queries.append(query) }
            let recording = Recording(
                camera: camera, digest: digest, encoder: try row.bytes("encoder"), start: try row.time("started_at"),
                duration: try row.real("duration_seconds"), analysedFPS: try row.real("analysed_fps"),
                queries: queries)
            found.append((id, recording))
        }
        return found.map(\.recording)
    }
}
