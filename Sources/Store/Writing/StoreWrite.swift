public import Base

/// One change that a running daemon wants kept. Each may be written twice without harm.
public enum StoreWrite: Sendable, Equatable {
    /// A telling of an event.
    case event(EventWrite)
    /// Samples of a camera's score curves.
    case scores([ScoreSample], camera: CameraID)
    /// The camera was watched in a span whose encodings are durable. A later span with the same start replaces it.
    case coverage(TimeSpan, camera: CameraID)
    /// Rows that index encodings.
    case index([EncodingMinute])
    /// A file of footage is safe on the disk.
    case footage(FootageRecord)
    /// Events that an earlier process left open end at their last evidence.
    case closeOpenEvents

    /// Whether it may be given up when there is no room: events and coverage never.
    var isExpendable: Bool { SpoolLane(self) != .kept }
}
