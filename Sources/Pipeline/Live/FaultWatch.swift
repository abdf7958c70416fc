internal import Base
internal import Ingest

/// A camera's faults as blind events, and what they leave of the time that counts as watched: a value type, no clock of
/// its own.
struct FaultWatch: Sendable {
    /// A suspicion that neither became a fault nor went away within this many seconds counts for nothing: nobody can
    /// tell (at night, say).
    private static let longestSuspicion = 60.0

    private let camera: CameraID
    private var faults = CameraFaults()
    private var lanes: [Event.BlindReason: BlindLane] = [:]
    /// The end of the last fault.
    private var soundSince: WallTime?

    init(camera: CameraID) { self.camera = camera }

    /// The faults that last now.
    var active: [Event.BlindReason] { faults.active }

    /// Whether the picture last seen says nothing about what happens, so that looking at it would only mislead.
    var showsNothing: Bool { faults.showsNothing }

    /// Looks at the next picture, after the privacy mask.
    mutating func see(_ picture: Picture, at time: WallTime) -> [EventTelling] {
        var told: [EventTelling] = []
        var begins: [Event.BlindReason: WallTime] = [:]
        for change in faults.observe(picture, at: time) {
            switch change {
            case .began(let reason, let start): begins[reason] = start
            case .ended(let reason, let end):
                told += lanes[reason]?.ended(at: end) ?? []
                lanes[reason] = nil
                soundSince = max(soundSince ?? end, end)
            }
        }
        let active = faults.active
        // A dark picture without noise stays the same: one reason is enough.
        for reason in active where reason != .frozen || !active.contains(.covered) {
            told += lanes[reason, default: BlindLane(camera: camera)].isBlind(
                reason, since: begins[reason] ?? time, now: time)
        }
        return told
    }

    /// There are no pictures after `time`: what was suspected is forgotten, and the faults' events end there. A fault that
    /// lasts is told again when pictures come.
    mutating func interrupt(at time: WallTime) -> [EventTelling] {
        faults.interrupt()
        defer { lanes = [:] }
        return Event.BlindReason.allCases.flatMap { lanes[$0]?.ended(at: time) ?? [] }
    }

    /// What of `stretch`, whose pictures were all analysed, was seen for sure; nil for nothing. While a fault may be about
    /// to be told, the time since it would have begun is held back.
    func watched(_ stretch: TimeSpan) -> TimeSpan? {
        guard faults.active.isEmpty else { return nil }
        let start = max(stretch.start, soundSince ?? stretch.start)
        var end = stretch.end
        if let since = faults.suspectedSince, end.seconds(since: since) <= Self.longestSuspicion {
            end = min(end, since)
        }
        return start < end ? TimeSpan(start: start, end: end) : nil
    }
}
