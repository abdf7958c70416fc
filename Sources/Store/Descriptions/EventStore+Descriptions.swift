internal import Base

extension EventStore {
    /// Claims the next event without a model's words, the newest first, then those that have closed since a model looked.
    /// At most `backlog` are kept waiting; the oldest beyond are dropped, and how many is told. Nil when none waits.
    public func claimDescription(
        for lease: Duration, backlog: Int
    ) async throws(StoreError) -> (claim: DescriptionClaim?, dropped: Int) {
        let purpose = "claim a description"
        return try await writer.withTransaction(purpose) { session throws(StoreError) in
            let row = try session.query(
                purpose,
                "SELECT event_id, claimed_until, dropped FROM alertd.claim_description($1, $2::bigint::integer)",
                [.real(lease / .seconds(1)), .integer(Int64(max(0, min(backlog, 1_000_000))))]
            ).only()
            let dropped = Int(try row.integer("dropped"))
            guard let id = try row.optionalInteger("event_id") else { return (nil, dropped) }
            let until = try row.time("claimed_until")
            let event = try session.query(
                purpose, "SELECT \(Self.eventColumns) FROM alertd.v_events WHERE id = $1", [.integer(id)]
            ).map(EventRecord.init).first
            return (event.map { DescriptionClaim(event: $0, until: until) }, dropped)
        }
    }

    /// Stores the answer and shows its sentences; false when the claim was lost or the event erased meanwhile.
    @discardableResult
    public func finishDescription(
        _ claim: DescriptionClaim, with written: WrittenDescription
    ) async throws(StoreError) -> Bool {
        let purpose = "store the description of event \(claim.event.id)"
        return try await writer.withTransaction(purpose) { session throws(StoreError) in
            try session.query(
                purpose,
                "SELECT alertd.finish_description($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) AS is_done",
                [
                    .integer(claim.event.id), .time(claim.until), .bool(!claim.event.isOpen), .text(written.sentences),
                    .text(written.answer), .times(written.frames), .text(written.model),
                    .text(written.modelDigest), .text(written.promptVersion), .integer(Int64(written.tokensRead)),
                    .integer(Int64(written.tokensWritten)),
                ]
            ).only().bool("is_done")
        }
    }

    /// Lets others look at a claimed event again, `pause` from now; `problem` is kept. False when the claim was lost.
    @discardableResult
    public func releaseDescription(
        _ claim: DescriptionClaim, for pause: Duration, because problem: String
    ) async throws(StoreError) -> Bool {
        let purpose = "release the description of event \(claim.event.id)"
        return try await writer.withTransaction(purpose) { session throws(StoreError) in
            try session.query(
                purpose, "SELECT alertd.release_description($1, $2, $3, $4) AS is_done",
                [
                    .integer(claim.event.id), .time(claim.until), .real(max(0, pause / .seconds(1))),
                    .storable(String(problem.prefix(1000))),
                ]
            ).only().bool("is_done")
        }
    }

    /// Gives a claimed event up; what is known of why is kept in `problem`. False when the claim was lost.
    @discardableResult
    public func dropDescription(
        _ claim: DescriptionClaim, because reason: DescriptionDrop, _ problem: String? = nil
    ) async throws(StoreError) -> Bool {
        let purpose = "drop the description of event \(claim.event.id)"
        return try await writer.withTransaction(purpose) { session throws(StoreError) in
            try session.query(
                purpose, "SELECT alertd.drop_description($1, $2, $3, $4) AS is_done",
                [
                    .integer(claim.event.id), .time(claim.until), .text(reason.rawValue),
                    problem.map { .storable(String($0.prefix(1000))) } ?? .null,
                ]
            ).only().bool("is_done")
        }
    }
}
