import Base

extension EventStore {
    /// Stores changes in one transaction, in order as far as order matters: events, coverage and closing among
    /// themselves. Curves and index rows go by camera, one `COPY` each.
    func write(_ writes: [StoreWrite]) async throws(StoreError) {
        let (scores, index) = (Self.scores(writes), Self.index(writes))
        for (camera, samples) in scores { try await ensureDays(.score, of: camera, samples.map(\.at)) }
        for (camera, rows) in index { try await ensureDays(.encodingMinute, of: camera, rows.map(\.summary.minute)) }
        try await writer.withTransaction("store changes") { session throws(StoreError) in
            try Self.writeKept(writes, session)
            for (camera, samples) in scores {
                try Self.ensureCamera(camera, session)
                _ = try Self.recordScores(samples, camera, session)
            }
            for (camera, rows) in index {
                try Self.ensureCamera(camera, session)
                try Self.recordIndex(rows, camera, session)
            }
            for case .footage(let record) in writes { _ = try Self.recordFootage(record, session) }
        }
    }

    private static func writeKept(_ writes: [StoreWrite], _ session: PostgresSession) throws(StoreError) {
        var events: [EventWrite] = []
        for write in writes {
            if case .event(let event) = write {
                events.append(event)
                continue
            }
            guard !write.isExpendable else { continue }
            _ = try record(events, session)
            events = []
            switch write {
            case .coverage(let span, let camera): try recordCoverage(span, camera, session)
            case .closeOpenEvents: try closeAllOpenEvents(session)
            case .event, .scores, .index, .footage: break
            }
        }
        _ = try record(events, session)
    }

    private static func closeAllOpenEvents(_ session: PostgresSession) throws(StoreError) {
        _ = try session.query(
            "close the events left open",
            """
            SELECT alertd.close_open_events(name)::bigint AS closed FROM alertd.camera c
            WHERE EXISTS (SELECT FROM alertd.event e WHERE e.camera_id = c.id AND e.is_open) ORDER BY name
            """)
    }

    private static func scores(_ writes: [StoreWrite]) -> [(CameraID, [ScoreSample])] {
        var found: [CameraID: [ScoreSample]] = [:]
        for case .scores(let samples, let camera) in writes { found[camera, default: []] += samples }
        return found.sorted { $0.key.name < $1.key.name }.filter { !$0.value.isEmpty }.map { ($0.key, $0.value) }
    }

    private static func index(_ writes: [StoreWrite]) -> [(CameraID, [EncodingMinute])] {
        var found: [CameraID: [EncodingMinute]] = [:]
        for case .index(let rows) in writes {
            for row in rows { found[row.camera, default: []].append(row) }
        }
        return found.sorted { $0.key.name < $1.key.name }.map { ($0.key, $0.value) }
    }
}
