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
    /// The same for one camera, which another node has left.
    case closeEvents(of: CameraID)
    /// A change of a camera that several nodes could watch, and under which lease it was made.
    indirect case leased(StoreWrite, LeaseStamp)

    /// Whether it may be given up when there is no room: events and coverage never.
    var isExpendable: Bool { SpoolLane(self) != .kept }

    /// The change itself, without its lease.
    package var body: StoreWrite { if case .leased(let body, _) = self { body } else { self } }

    /// The lease it was made under; nil where one machine does everything.
    package var stamp: LeaseStamp? { if case .leased(_, let stamp) = self { stamp } else { nil } }

    /// The camera whose holder alone may say this; nil when anybody may.
    var leasedCamera: CameraID? {
        switch self {
        case .event(let write): write.event.camera
        case .scores(_, let camera), .coverage(_, let camera), .closeEvents(let camera): camera
        case .index, .footage, .closeOpenEvents, .leased: nil
        }
    }
}
