/// A presentation time in stream ticks, counted within one *run* (one unbroken connection to a stream, or one file).
///
/// There is no implicit way from here to ``WallTime``: a run's start must be known for that.
public struct MediaTime: Hashable, Sendable, Comparable {
    /// Stream ticks since the stream's own zero.
    public let ticks: Int64
    /// Length of one tick in seconds, as a fraction (`1/90000` for MPEG-TS and RTP video).
    public let tickNumerator: Int32
    /// See ``tickNumerator``.
    public let tickDenominator: Int32

    /// A time of `ticks` ticks of `tickNumerator / tickDenominator` seconds each; the denominator must be positive.
    public init(ticks: Int64, tickNumerator: Int32, tickDenominator: Int32) {
        precondition(tickNumerator > 0 && tickDenominator > 0, "tick \(tickNumerator)/\(tickDenominator)")
        self.ticks = ticks
        self.tickNumerator = tickNumerator
        self.tickDenominator = tickDenominator
    }

    /// Seconds since the stream's own zero. Exact to the double's 53 bits.
    public var seconds: Double { Double(ticks) * Double(tickNumerator) / Double(tickDenominator) }

    /// Microseconds since the stream's own zero, rounded to nearest; saturates instead of overflowing.
    public var microseconds: Int64 {
        let exact = (Double(ticks) * Double(tickNumerator) * 1e6 / Double(tickDenominator)).rounded()
        return Int64(exactly: exact) ?? (exact < 0 ? .min : .max)
    }

    /// Compares by time, also across tick lengths.
    public static func < (a: MediaTime, b: MediaTime) -> Bool {
        if a.tickNumerator == b.tickNumerator, a.tickDenominator == b.tickDenominator { return a.ticks < b.ticks }
        return a.seconds < b.seconds
    }
}
