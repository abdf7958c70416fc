package import Base

/// The leases that this process has, or had last, of each camera: stamps what is written.
///
/// Time is the database's, told at each round and carried on by this machine's steady clock, so that a wall clock which is
/// wrong, or set, changes nothing.
public final class LeaseBook: Sendable {
    private struct State {
        var tokens: [CameraID: Int64] = [:]
        /// The database's time at a moment of the steady clock.
        var anchor: (time: WallTime, instant: ContinuousClock.Instant)?
    }

    private let state = Locked(State())

    /// A book without leases: nothing is stamped.
    public init() {}

    /// A round gave these leases; the database's clock showed `time` at `instant` or later. A camera that is lost keeps its
    /// last token, for what its watching still has to say.
    package func note(_ tokens: [CameraID: Int64], time: WallTime, instant: ContinuousClock.Instant) {
        state.withLock { state in
            state.tokens.merge(tokens) { _, new in new }
            state.anchor = (time, instant)
        }
    }

    /// The stamp of something that `camera`'s watching says now; nil before it was ever held.
    package func stamp(_ camera: CameraID, now: ContinuousClock.Instant = .now) -> LeaseStamp? {
        state.withLock { state in
            guard let token = state.tokens[camera], let anchor = state.anchor else { return nil }
            return LeaseStamp(
                token: token, at: anchor.time.advanced(bySeconds: (now - anchor.instant) / .seconds(1)))
        }
    }

    /// `write` with its camera's stamp, if that matters to it.
    func stamped(_ write: StoreWrite) -> StoreWrite {
        guard let camera = write.leasedCamera, let stamp = stamp(camera) else { return write }
        return .leased(write, stamp)
    }
}
