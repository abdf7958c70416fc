public import Base

extension EventStore {
    /// For each span of a camera the stored event that overlaps it best (the largest share of what both cover is common), in the
    /// order given; nil where there is none.
    public func events(
        overlapping spans: [(camera: CameraID, during: TimeSpan)]
    ) async throws(StoreError) -> [EventRecord?] {
        guard !spans.isEmpty else { return [] }
        let purpose = "find events in spans"
        let found = try await reader.run(purpose) { session throws(StoreError) in
            try session.query(
                purpose,
                """
                SELECT v.*, s.number
                FROM unnest($1::text[], $2::timestamptz[], $3::timestamptz[]) WITH ORDINALITY AS s (name, since, until, number)
                CROSS JOIN LATERAL (
                    SELECT \(Self.eventColumns) FROM alertd.v_events
                    WHERE camera = s.name AND ended_at > s.since AND started_at < s.until
                    ORDER BY extract(epoch FROM least(ended_at, s.until) - greatest(started_at, s.since))
                        / extract(epoch FROM greatest(ended_at, s.until) - least(started_at, s.since)) DESC, id
                    LIMIT 1
                ) AS v
                """,
                [
                    .texts(spans.map(\.camera.name)), .times(spans.map(\.during.start)),
                    .times(spans.map(\.during.end)),
                ]
            ).map { row throws(StoreError) in (number: Int(try row.integer("number")), event: try EventRecord(row)) }
        }
        var events = [EventRecord?](repeating: nil, count: spans.count)
        for (number, event) in found where events.indices.contains(number - 1) { events[number - 1] = event }
        return events
    }

    /// The events with these numbers; those that are gone are missing.
    public func events(numbered ids: [Int64]) async throws(StoreError) -> [Int64: EventRecord] {
        guard !ids.isEmpty else { return [:] }
        let purpose = "read events"
        let found = try await reader.run(purpose) { session throws(StoreError) in
            try session.query(
                purpose,
                "SELECT \(Self.eventColumns) FROM alertd.v_events WHERE id = ANY ($1::text[]::bigint[])",
                [.texts(ids.map { "\($0)" })]
            ).map(EventRecord.init)
        }
        return Dictionary(found.map { ($0.id, $0) }) { first, _ in first }
    }
}
