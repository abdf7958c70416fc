public import Base

extension EventStore {
    /// Forgets of one camera what is older than `limits` allow, partitions by dropping them. Files of encodings are
    /// ``EncodingStore``'s to remove. A reader that holds on to a partition makes this throw
    /// ``StoreError/conflict(why:)`` after two seconds; the next pass tries again.
    @discardableResult
    public func enforce(_ limits: RetentionLimits, camera: CameraID) async throws(StoreError) -> RetentionOutcome {
        var outcome = RetentionOutcome()
        if let days = limits.eventsDays {
            outcome.events = try await expire(
                "SELECT alertd.expire_events($1, $2 * interval '1 day') AS gone", camera, days)
        }
        let partitions = "SELECT alertd.expire_days($3, $1, $2 * interval '1 day') AS gone"
        if let days = limits.scoresDays {
            outcome.scoreDays = try await expire(partitions, camera, days, .text(DayTable.score.rawValue))
        }
        if let days = limits.encodingsDays {
            outcome.indexDays = try await expire(partitions, camera, days, .text(DayTable.encodingMinute.rawValue))
        }
        return outcome
    }

    /// Forgets the rows that index `files` of `camera`, which are gone (``EncodingStore/takeRemovedFiles()``).
    public func forgetIndex(of camera: CameraID, files: [String]) async throws(StoreError) {
        let purpose = "forget the index of files of \(camera) that are gone"
        _ = try await writer.run(purpose) { session throws(StoreError) in
            try session.query(
                purpose,
                """
                DELETE FROM alertd.encoding_minute m USING alertd.camera c
                WHERE c.id = m.camera_id AND c.name = $1 AND m.file = ANY ($2) AND m.node IN ('', alertd.this_node())
                """, [.text(camera.name), .texts(files)]
            ).affected
        }
    }

    private func expire(
        _ sql: String, _ camera: CameraID, _ days: Double, _ table: SQLValue? = nil
    ) async throws(StoreError) -> Int {
        guard days >= 0, days < 1e6 else {
            throw .invalidValue(what: "the retention of \(camera)", why: "\(days) days are not between 0 and a million")
        }
        let parameters = [.text(camera.name), .real(days)] + (table.map { [$0] } ?? [])
        return try await writer.run("enforce the retention of \(camera)") { session throws(StoreError) in
            let rows = try session.query("enforce the retention of \(camera)", sql, parameters)
            return Int(try rows.only().integer("gone"))
        }
    }
}
