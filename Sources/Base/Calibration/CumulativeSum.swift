/// A cumulative sum over time (Page, Biometrika, 1954): evidence above a baseline adds up, evidence below takes away.
///
/// The false-alarm period grows exponentially with the threshold, so weak evidence that lasts is found where an average
/// would miss it.
public struct CumulativeSum: Sendable, Equatable, Codable {
    /// Evidence a second that neither adds nor takes away.
    public let baseline: Double
    /// Largest sum, which bounds how long it takes to fall again.
    public let ceiling: Double
    /// The sum so far, at least 0.
    public private(set) var value = 0.0
    private var last: Double?

    /// A sum of nothing.
    public init(baseline: Double, ceiling: Double) {
        precondition(ceiling > 0, "ceiling \(ceiling)")
        self.baseline = baseline
        self.ceiling = ceiling
    }

    /// Takes the evidence `sample` that held since the sample before, at `seconds`; the first only starts the clock.
    public mutating func take(_ sample: Double, at seconds: Double) -> Double {
        if let last { value = min(max(0, value + (sample - baseline) * max(0, seconds - last)), ceiling) }
        last = max(last ?? seconds, seconds)
        return value
    }

    /// Forgets everything.
    public mutating func reset() { (value, last) = (0, nil) }
}
