public import Base

/// Which events a page of a listing shows, latest start first; nil means all.
public struct EventPageRequest: Sendable, Hashable {
    /// Where a page ends, and the next one begins.
    public struct Position: Sendable, Hashable {
        /// The start of the page's last event.
        public let start: WallTime
        /// Its number.
        public let id: Int64

        /// The place of that event.
        public init(start: WallTime, id: Int64) { (self.start, self.id) = (start, id) }
    }

    /// Only these cameras'.
    public var cameras: [String]?
    /// Only this kind: `query`, `anomaly` or `blind`.
    public var kind: String?
    /// Only those of the query of this name.
    public var query: String?
    /// Only those with this verdict; `none` means without any.
    public var verdict: String?
    /// Only events that end after this moment.
    public var since: WallTime?
    /// Only events that start before this moment.
    public var until: WallTime?
    /// Only events behind this place.
    public var after: Position?
    /// At most this many.
    public var limit: Int

    /// The first `limit` of all.
    public init(limit: Int) { self.limit = limit }
}

/// How far the description of an event is.
public struct DescriptionStanding: Sendable, Equatable {
    /// When the frames were taken that a model saw, earliest first.
    public let frames: [WallTime]
    /// `none`, `waiting`, `being_written`, `done` or `given_up`.
    public let state: String
    /// Why it was given up.
    public let dropped: String?
}

extension EventStore {
    /// A page of events.
    public func eventPage(_ request: EventPageRequest) async throws(StoreError) -> [EventRecord] {
        let limit = max(0, request.limit)
        // Written out, since a planner that does not know how few are wanted sorts all of them; of two sizes, so that
        // few statements are prepared.
        let fetched = limit <= 51 ? 51 : max(501, limit)
        let (conditions, values) = Self.conditions(request)
        return try await reader.run("list events") { session throws(StoreError) in
            // Numbers first, along the index of starts: the view's own columns are worth their time for those alone.
            let rows = try session.query(
                "list events",
                """
                SELECT \(Self.eventColumns) FROM alertd.v_events
                WHERE id = ANY (ARRAY(
                    SELECT e.id FROM alertd.event e WHERE \(conditions)
                    ORDER BY e.started_at DESC, e.id DESC LIMIT \(fetched)))
                ORDER BY started_at DESC, id DESC
                """, values)
            return Array(try rows.map(EventRecord.init).prefix(limit))
        }
    }

    /// The conditions that are asked for and no others, so that each can use its index, and their parameters.
    private static func conditions(_ request: EventPageRequest) -> (sql: String, values: [SQLValue]) {
        var (conditions, values) = (["true"], [SQLValue]())
        func parameter(_ value: SQLValue) -> String {
            values.append(value)
            return "$\(values.count)"
        }
        if let cameras = request.cameras {
            conditions.append(
                "e.camera_id = ANY (ARRAY(SELECT id FROM alertd.camera WHERE name = ANY (\(parameter(.texts(cameras))))))"
            )
        }
        if let kind = request.kind { conditions.append("e.kind = \(parameter(.text(kind)))") }
        if let query = request.query { conditions.append("e.source = \(parameter(.text("query:" + query)))") }
        if let verdict = request.verdict {
            let last = "(SELECT w.verdict FROM alertd.verdict w WHERE w.event_id = e.id ORDER BY w.id DESC LIMIT 1)"
            conditions.append("coalesce(\(last), 'none') = \(parameter(.text(verdict)))")
            // There are few, so that most events need not be looked at.
            if verdict != "none" { conditions.append("e.id IN (SELECT event_id FROM alertd.verdict)") }
        }
        if let since = request.since { conditions.append("e.ended_at > \(parameter(.time(since)))") }
        if let until = request.until { conditions.append("e.started_at < \(parameter(.time(until)))") }
        if let after = request.after {
            conditions.append(
                "(e.started_at, e.id) < (\(parameter(.time(after.start))), \(parameter(.integer(after.id))))")
        }
        return (conditions.joined(separator: " AND "), values)
    }

    /// Those of the events numbered `ids` that a picture is kept of.
    public func eventsWithThumbnail(_ ids: [Int64]) async throws(StoreError) -> Set<Int64> {
        if ids.isEmpty { return [] }
        return try await reader.run("find pictures of events") { session throws(StoreError) in
            // As EventClips finds them: a picture is taken when an event is told, and its span may be moved a little then.
            Set(
                try session.query(
                    "find pictures of events",
                    """
                    SELECT e.id FROM alertd.event e
                    WHERE e.id = ANY ($1::text[]::bigint[]) AND EXISTS (
                        SELECT FROM alertd.footage f
                        WHERE f.camera_id = e.camera_id AND f.kind = 'thumbnail'
                          AND f.during && tstzrange(
                              e.started_at - interval '10 seconds', e.ended_at + interval '10 seconds', '[]'))
                    """, [.texts(ids.map { "\($0)" })]
                ).map { row throws(StoreError) in try row.integer("id") })
        }
    }

    /// How far the description of the event numbered `id` is.
    public func descriptionStanding(of id: Int64) async throws(StoreError) -> DescriptionStanding {
        try await reader.run("read the description of event \(id)") { session throws(StoreError) in
            let rows = try session.query(
                "read the description of event \(id)",
                """
                SELECT array_to_string(ARRAY(
                           SELECT (extract(epoch FROM f) * 1000000)::bigint FROM unnest(d.frames) AS f ORDER BY f), ',') AS frames,
                       CASE WHEN d.dropped IS NOT NULL THEN 'given_up'
                            WHEN d.is_final THEN 'done'
                            WHEN d.claimed_until > now() THEN 'being_written'
                            WHEN d.sentences IS NOT NULL THEN 'done'
                            ELSE 'waiting' END AS state,
                       d.dropped
                FROM alertd.description d WHERE d.event_id = $1
                """, [.integer(id)])
            return try rows.map { row throws(StoreError) in
                DescriptionStanding(
                    frames: (try row.optionalText("frames") ?? "").split(separator: ",").compactMap { Int64($0) }
                        .map { WallTime(microseconds: $0) },
                    state: try row.text("state"), dropped: try row.optionalText("dropped"))
            }.first ?? DescriptionStanding(frames: [], state: "none", dropped: nil)
        }
    }
}
