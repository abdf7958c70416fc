internal import Glibc

/// The distribution of positive scores in bounded memory, older ones counting less: counts in bins of equal ratio.
///
/// A score is known to 3 %. What is older than a half-life counts half, so that slow drift is followed.
public struct ScoreSketch: Sendable, Equatable, Codable {
    /// ln of the ratio between neighbouring bins.
    private static let width = 0.03
    /// Scores below count as this one.
    private static let lowest = 1e-5
    /// Bins: up to about 10⁴.
    public static let bins = 692

    private let halfLife: Double
    private var counts = PackedFloats([Float](repeating: 0, count: bins))
    private var sum = 0.0
    /// Weight of a score taken now; grows with time instead of every count shrinking.
    private var origin: Double?
    private var latest = 0.0

    /// An empty sketch; `halfLife` in seconds.
    public init(halfLife: Double) {
        precondition(halfLife > 0, "half-life \(halfLife)")
        self.halfLife = halfLife
    }

    /// Counts `score` at `seconds`; times should not fall.
    public mutating func insert(_ score: Double, at seconds: Double) {
        latest = max(latest, seconds)
        let start = origin ?? latest
        origin = start
        if (latest - start) / halfLife > 8 { rescale() }
        let weight = exp2((latest - (origin ?? latest)) / halfLife)
        counts.values[Self.bin(score)] += Float(weight)
        sum += weight
    }

    /// Effective number of scores.
    public var total: Double { origin.map { sum / exp2((latest - $0) / halfLife) } ?? 0 }

    private mutating func rescale() {
        guard let start = origin else { return }
        let factor = Float(exp2(-(latest - start) / halfLife))
        for bin in counts.values.indices { counts.values[bin] *= factor }
        sum = counts.values.reduce(0) { $0 + Double($1) }
        origin = latest
    }

    private static func bin(_ score: Double) -> Int {
        guard score > lowest else { return 0 }
        return min(Int(log(score / lowest) / width), bins - 1)
    }

    private static func lowerEdge(_ bin: Int) -> Double { lowest * exp(Double(bin) * width) }
}

extension ScoreSketch {
    /// Share of scores from which the tail is extrapolated.
    private static let tailShare = 0.01
    /// Least effective number of scores for an extrapolation.
    private static let tailMinimum = 300.0

    /// Probability that a score of the sketches together is at least `score`: (1 + #{history ≥ score})/(1 + n), continued
    /// beyond the 99 % quantile by a power law whose exponent is Hill's estimate (Hill, Annals of Statistics, 1975), so
    /// that scores never seen before still differ from each other.
    public static func exceedance(_ score: Double, among sketches: [ScoreSketch]) -> Double {
        let parts = sketches.map { (sketch: $0, scale: $0.sum > 0 ? $0.total / $0.sum : 0) }
        let n = parts.reduce(0) { $0 + $1.sketch.total }
        let above = parts.reduce(0) { $0 + $1.sketch.above(bin(score)) * $1.scale }
        let share = (1 + above) / (1 + n)
        guard n >= tailMinimum, above < tailShare * n else { return min(share, 1) }
        return tail(score, parts, n)
    }

    private func above(_ first: Int) -> Double {
        counts.values.withUnsafeBufferPointer { values in
            var result: Float = 0
            for bin in first..<values.count { result += values[bin] }
            return Double(result)
        }
    }

    private static func tail(
        _ score: Double, _ parts: [(sketch: ScoreSketch, scale: Double)], _ n: Double
    ) -> Double {
        var (weight, excess, bin) = (0.0, 0.0, bins)
        var levels: [(bin: Int, weight: Double)] = []
        while bin > 0, weight < tailShare * n {
            bin -= 1
            let here = parts.reduce(0) { $0 + Double($1.sketch.counts.values[bin]) * $1.scale }
            if here > 0 { levels.append((bin, here)) }
            weight += here
        }
        for level in levels { excess += level.weight * (Double(level.bin - bin) + 0.5) * width }
        let mean = max(excess / max(weight, 1e-9), width)
        let edge = lowerEdge(bin)
        let share = min(1, max(weight, 1) / n)
        return score > edge ? share * pow(score / edge, -1 / mean) : share
    }
}
