import Base

/// Puts a camera's frames on this machine's wall clock by when they arrive (docs/design/03-time.md).
///
/// A frame's delay is its arrival less its presentation time. Network and decoder only ever add to it, so the least
/// delay seen is the truest; frames are placed with that one. It may rise slowly, so that a camera whose clock runs
/// slower than this machine's is followed.
package struct ArrivalClock: Sendable {
    /// How fast the least delay may rise, in seconds a second: clocks of crystals differ by less.
    package static let drift = 500e-6
    /// A change of the wall clock against the time since boot that is larger than this, in seconds, is a step: somebody
    /// set the clock. Smaller ones are a clock being disciplined, and are followed.
    package static let step = 0.5

    private var run = -1
    private var leastDelay = 0.0
    private var lastArrival = 0.0
    private var wallOffset: Double?

    package init() {}

    /// Takes note of the frame presented at `seconds` of `run` that arrived at `arrival`. Returns by how many seconds
    /// the wall clock was stepped since the frame before, nil when it was not.
    package mutating func note(run: Int, seconds: Double, arrival: HostTime) -> Double? {
        let uptime = arrival.uptime.inSeconds
        let offset = Double(arrival.wall.microseconds) / 1e6 - uptime
        let change = wallOffset.map { offset - $0 } ?? 0
        if abs(change) > Self.step { return change }
        wallOffset = offset
        let delay = uptime - seconds
        if run != self.run {
            (self.run, leastDelay) = (run, delay)
        } else {
            leastDelay = min(delay, leastDelay + Self.drift * max(0, uptime - lastArrival))
        }
        lastArrival = uptime
        return nil
    }

    /// What is added to presentation seconds to get seconds of UTC, by the frames noted so far.
    package var offset: Double { leastDelay + (wallOffset ?? 0) }
}
