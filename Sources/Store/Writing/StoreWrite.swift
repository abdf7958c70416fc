public import Base

/// One change that a running daemon wants kept. Each may be written twice without harm.
public enum StoreWrite: Sendable, Equatable {
    /// A telling of an event.
    case event(EventWrite)
    /// Samples of a camera's score curves.
    case scores([ScoreSample], camera: CameraID)
    /// The camera was watched in a span whose encodings are durable. A later span with the same start replaces it.
    case coverage(TimeSpan, camera: CameraID)
    /// The camera's events that an earlier process left open end at their last evidence.
    case closeOpenEvents(camera: CameraID)

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
        case .closeOpenEvents(let camera):
            _ = try session.query(
                "close the open events of \(camera)", "SELECT alertd.close_open_events($1) AS closed",
                [.text(camera.name)])
        }
    }
}
