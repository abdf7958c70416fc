internal import Glibc

/// An exponential moving average over *time*, so that lost or uneven frames do not change its memory.
public struct TimeAverage: Sendable, Equatable, Codable {
    /// Seconds after which a step has reached 1 − 1/e.
    public let timeConstant: Double
    /// The average so far; nil before the first sample.
    public private(set) var value: Double?
    private var last = 0.0

    /// An average with no sample yet; `timeConstant` in seconds, above 0.
    public init(timeConstant: Double) {
        precondition(timeConstant > 0, "time constant \(timeConstant)")
        self.timeConstant = timeConstant
    }

    /// Takes a sample at `seconds`; the first one sets the average. A sample that is not later changes nothing in time.
    public mutating func take(_ sample: Double, at seconds: Double) -> Double {
        guard let before = value else {
            (value, last) = (sample, seconds)
            return sample
        }
        let average = before + (1 - exp(-max(0, seconds - last) / timeConstant)) * (sample - before)
        (value, last) = (average, max(last, seconds))
        return average
    }

    /// Forgets everything.
    public mutating func reset() { value = nil }
}
