/// Chooses which decoded frames are analysed: a grid of slots `k / rate` seconds from each run's first frame, and the
/// first frame that reaches a slot not yet served serves it.
///
/// For a regular recording that gives media seconds × rate frames within one. A frame that reaches several slots (after a
/// gap, or in a recording slower than the rate) serves them all: no burst follows a gap.
public struct FrameSampler: Sendable {
    /// Slots a second.
    public let rate: Double

    /// Containers round times to their tick; a frame this much before a slot, in seconds, still reaches it.
    static let tolerance = 0.001

    private var run = -1
    private var runStart = 0.0
    private var nextSlot = 0.0

    /// A sampler for `rate` frames a second, which must be positive.
    public init(rate: Double) {
        precondition(rate > 0 && rate.isFinite, "rate \(rate)")
        self.rate = rate
    }

    /// Whether the frame at `seconds` (presentation time) of `run` is analysed; frames come in presentation order.
    /// `tick` is the container's time resolution in seconds.
    public mutating func takes(run: Int, seconds: Double, tick: Double = 0) -> Bool {
        if run != self.run { (self.run, runStart, nextSlot) = (run, seconds, 0) }
        let slot = slot(seconds, tick)
        guard slot >= nextSlot else { return false }
        nextSlot = slot + 1
        return true
    }

    /// Whether ``takes(run:seconds:tick:)`` would be true of a frame at `seconds` of the current run.
    package func reaches(seconds: Double, tick: Double) -> Bool { slot(seconds, tick) >= nextSlot }

    private func slot(_ seconds: Double, _ tick: Double) -> Double {
        let slack = min(max(tick, 1e-6), Self.tolerance)
        return ((seconds - runStart + slack) * rate).rounded(.down)
    }
}
