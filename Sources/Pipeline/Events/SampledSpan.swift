internal import Base

/// The span of time that a run of sampled frames stands for: its ends lie half-way to the samples outside, which is
/// also how far each may be off.
struct SampledSpan: Sendable, Equatable {
    let during: TimeSpan
    let startError: Double
    let endError: Double

    /// Frames `frames` of `times`, which rise; `period` seconds apart by design. Where there is no sample outside
    /// (the recording begins or ends there), the span ends with the recording at `limits`.
    init(frames: ClosedRange<Int>, of times: [WallTime], period: Double, limits: TimeSpan) {
        let first = times[frames.lowerBound]
        let last = times[frames.upperBound]
        if frames.lowerBound > 0 {
            startError = min(first.seconds(since: times[frames.lowerBound - 1]), 2 * period) / 2
        } else {
            startError = 0
        }
        if frames.upperBound < times.count - 1 {
            endError = min(times[frames.upperBound + 1].seconds(since: last), 2 * period) / 2
        } else {
            endError = period / 2
        }
        let start = max(limits.start, first.advanced(bySeconds: -startError))
        let end = min(limits.end, last.advanced(bySeconds: endError))
        during = TimeSpan(start: start, end: max(end, start.advanced(bySeconds: 0.001)))
    }
}
