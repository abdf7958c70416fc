public import Base

/// How a camera stands.
public enum ConnectionState: Sendable, Equatable {
    /// The first attempt is under way.
    case connecting
    /// Frames are coming.
    case live(StreamProbe)
    /// Frames were coming and no longer are.
    case lost(Outage)
    /// An attempt failed; the next one is at `until`.
    case waiting(Outage, until: WallTime)
    /// The camera refuses user name or password: a person must act. Tried again at `until`, slowly.
    case unauthorized(Outage, until: WallTime)

    /// Why and since when there are no frames.
    public var outage: Outage? {
        switch self {
        case .connecting, .live: nil
        case .lost(let outage), .waiting(let outage, _), .unauthorized(let outage, _): outage
        }
    }

    /// The reason of the blind event that covers this state; nil while the camera is watched.
    public var blindReason: Event.BlindReason? {
        if case .live = self { nil } else { .noStream }
    }

    /// Whether a log that has reported `earlier` need not report this: still waiting for the same reason.
    public func isRepetition(of earlier: ConnectionState?) -> Bool {
        switch (earlier, self) {
        case (.connecting, .connecting): true
        case (.waiting(let before, _), .waiting(let now, _)),
            (.unauthorized(let before, _), .unauthorized(let now, _)),
            (.lost(let before), .waiting(let now, _)):
            before.reason == now.reason
        default: false
        }
    }
}

/// A stretch without frames.
public struct Outage: Sendable, Equatable {
    /// Why, by the latest attempt.
    public let reason: IngestError
    /// Time of the last frame before it, or of the first attempt when there was none.
    public let since: WallTime
    /// Attempts that failed.
    public let failedAttempts: Int
}

extension ConnectionState: CustomStringConvertible {
    /// One line for a log, without user name or password.
    public var description: String {
        switch self {
        case .connecting: "connecting"
        case .live(let probe): "live: \(probe.codec) \(probe.size)"
        case .lost(let outage): "\(outage.reason) (last frame \(outage.since))"
        case .waiting(let outage, let until): "\(outage.reason) (no frames since \(outage.since), next try \(until))"
        case .unauthorized(let outage, let until): "\(outage.reason) (next try \(until))"
        }
    }
}
