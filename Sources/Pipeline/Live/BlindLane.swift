internal import Base

/// Turns the times at which a camera gave no pictures into blind events: a value type, no clock of its own.
struct BlindLane: Sendable {
    private struct Open: Sendable {
        let start: WallTime
        let reason: Event.BlindReason
        var end: WallTime
    }

    private let camera: CameraID
    private var open: Open?
    private var pace = ExtensionPace()

    init(camera: CameraID) { self.camera = camera }

    /// There are no pictures since `start`, as known at `now`. An event under way goes on.
    mutating func isBlind(_ reason: Event.BlindReason, since start: WallTime, now: WallTime) -> [EventTelling] {
        let end = max(start, now)
        guard var event = open else {
            open = Open(start: start, reason: reason, end: end)
            pace.told(end: end)
            return [telling(.opened)].compactMap(\.self)
        }
        event.end = max(event.end, end)
        open = event
        return pace.isDue(start: event.start, end: event.end) ? [telling(.extended)].compactMap(\.self) : []
    }

    /// There is a picture at `time`, or nobody looks any more: the event under way ends there.
    mutating func ended(at time: WallTime) -> [EventTelling] {
        if let event = open { open?.end = max(event.start, time) }
        defer { open = nil }
        return [telling(.settled)].compactMap(\.self)
    }

    private func telling(_ stage: EventTelling.Stage) -> EventTelling? {
        open.map { open in
            let event = Event(
                camera: camera, source: .blind(reason: open.reason),
                during: TimeSpan(start: open.start, end: open.end), startError: 0, endError: 0,
                isOpen: stage != .settled, score: 1, anomalyScore: nil, box: nil, clock: .arrival)
            return EventTelling(stage: stage, event: event, firstEvidence: open.start)
        }
    }
}
