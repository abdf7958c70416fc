import Base

extension EventStore {
    /// A change with what the database says of its lease.
    private struct Judged {
        let body: StoreWrite
        let stamp: LeaseStamp?
        let standing: LeaseStanding
    }

    /// Stores changes in one transaction, in order as far as order matters: events, coverage and closing among
    /// themselves. Curves and index rows go by camera, one `COPY` each. The lease that a change was made under is looked at in the
    /// same transaction.
    package func write(_ writes: [StoreWrite]) async throws(StoreError) {
        let index = Self.index(writes)
        for (camera, samples) in Self.scores(writes.map(\.body)) {
            try await ensureDays(.score, of: camera, samples.map(\.at))
        }
        for (camera, rows) in index { try await ensureDays(.encodingMinute, of: camera, rows.map(\.summary.minute)) }
        try await writer.withTransaction("store changes") { session throws(StoreError) in
            let judged = try Self.judge(writes, session)
            try Self.writeKept(judged, session)
            for (camera, samples) in Self.scores(try Self.ownScores(judged, session)) {
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

    private static func judge(_ writes: [StoreWrite], _ session: PostgresSession) throws(StoreError) -> [Judged] {
        var stamps: [(camera: CameraID, stamp: LeaseStamp)] = []
        for write in writes {
            guard let stamp = write.stamp, let camera = write.body.leasedCamera else { continue }
            stamps.append((camera, stamp))
        }
        var standings = try standings(stamps, session).makeIterator()
        return writes.map { write in
            let isStamped = write.stamp != nil && write.body.leasedCamera != nil
            return Judged(
                body: write.body, stamp: write.stamp,
                standing: isStamped ? standings.next() ?? .witness : .holder)
        }
    }

    private static func writeKept(_ writes: [Judged], _ session: PostgresSession) throws(StoreError) {
        var events: [(write: EventWrite, standing: LeaseStanding)] = []
        for write in writes {
            if case .event(let event) = write.body {
                events.append((event, write.standing))
                continue
            }
            guard !write.body.isExpendable else { continue }
            _ = try record(events, session)
            events = []
            switch write.body {
            // What was seen and is on a disk was watched, whoever saw it.
            case .coverage(let span, let camera): try recordCoverage(span, camera, session)
            case .closeOpenEvents: try closeAllOpenEvents(session)
            case .closeEvents(let camera):
                if write.standing == .holder { try closeOpenEvents(of: camera, session) }
            case .event, .scores, .index, .footage, .leased: break
            }
        }
        _ = try record(events, session)
    }

    /// The scores to be stored: of a witness only what no holder's curve covers.
    private static func ownScores(_ writes: [Judged], _ session: PostgresSession) throws(StoreError) -> [StoreWrite] {
        var found: [StoreWrite] = []
        for write in writes {
            guard case .scores(let samples, let camera) = write.body else { continue }
            if write.standing == .witness, let token = write.stamp?.token {
                found.append(.scores(try unheld(samples, camera, besides: token, session), camera: camera))
            } else {
                found.append(write.body)
            }
        }
        return found
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
