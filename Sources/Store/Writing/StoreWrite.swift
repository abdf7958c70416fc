public import Base

/// One change that a running daemon wants kept. Each may be written twice without harm.
public enum StoreWrite: Sendable, Equatable {
    /// A telling of an event.
    case event(EventWrite)
    /// Samples of a camera's score curves.
    case scores([ScoreSample], camera: CameraID)
    /// The camera was watched in a span whose encodings are durable. A later span with the same start replaces it.
    case coverage(TimeSpan, camera: CameraID)
    /// Events that an earlier process left open end at their last evidence.
    case closeOpenEvents

    /// Whether it may be given up when there is no room: events and coverage never, scores.
    var isExpendable: Bool { if case .scores = self { true } else { false } }

    func apply(_ session: PostgresSession) throws(StoreError) {
        switch self {
        case .event(let write):
            _ = try EventStore.record([write], session)
        case .scores(let samples, let camera):
            try EventStore.ensureCamera(camera, session)
            _ = try EventStore.recordScores(samples, camera, session)
        case .coverage(let span, let camera):
            try EventStore.recordCoverage(span, camera, session)
        case .closeOpenEvents:
            _ = try session.query(
                "close the events left open",
                """
                SELECT alertd.close_open_events(name)::bigint AS closed FROM alertd.camera c
                WHERE EXISTS (SELECT FROM alertd.event e WHERE e.camera_id = c.id AND e.is_open) ORDER BY name
                """)
        }
    }
}
