internal import Glibc

/// The distribution of positive scores in bounded memory, older ones counting less: counts in bins of equal ratio.
///
/// A score is known to 3 %. What is older than a half-life counts half, so that slow drift is followed. A score of 0 says
/// that there was nothing to score, and counts among all scores but not in the shape of their tail.
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

    /// Effective number of scores above 0.
    public var present: Double {
        let nothing = sum > 0 ? Double(counts.values[0]) * total / sum : 0
        return max(0, total - nothing)
    }

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
    /// Share of the scores above 0 from which the tail is extrapolated.
    private static let tailShare = 0.03
    /// How much larger a share the slope of the tail is read from.
    private static let tailReach = 5.0
    /// Least effective number of scores above 0 for an extrapolation.
    private static let tailMinimum = 300.0
    /// Least effective number of them in a few hours for a shape of their own: frames of one visit are alike, and a few visits say
    /// little about the rest.
    private static let ownMinimum = 3000.0

    /// Probability that a score of the sketches `near` together is at least `score`: the share of scores above 0, times how
    /// rare it is among those.
    ///
    /// Among those it is (1 + #{history ≥ score})/(1 + n), continued beyond the 97 % quantile by a power law (a Pareto
    /// tail), so that scores never seen before still differ from each other. `all` stands in where `near` has seen too few for that.
    public static func exceedance(
        _ score: Double, near: [ScoreSketch], all: @autoclosure () -> [ScoreSketch]
    ) -> Double {
        guard bin(score) > 0 else { return 1 }
        let here = Pool(near)
        let presence = (1 + here.present) / (1 + here.total)
        let shape = here.present >= ownMinimum ? here : Pool(all())
        return min(1, presence * shape.exceedance(score))
    }

    /// The same where `near` is everything.
    public static func exceedance(_ score: Double, among all: [ScoreSketch]) -> Double {
        exceedance(score, near: all, all: all)
    }

    /// Sketches together, each scaled to effective numbers.
    private struct Pool {
        let parts: [(counts: [Float], scale: Double)]
        let total: Double
        let present: Double

        init(_ sketches: [ScoreSketch]) {
            parts = sketches.map { ($0.counts.values, $0.sum > 0 ? $0.total / $0.sum : 0) }
            total = sketches.reduce(0) { $0 + $1.total }
            present = sketches.reduce(0) { $0 + $1.present }
        }

        /// Among the scores above 0.
        func exceedance(_ score: Double) -> Double {
            let first = bin(score)
            let above = parts.reduce(0) { $0 + ScoreSketch.sum($1.counts, from: first) * $1.scale }
            guard present >= tailMinimum, above < tailShare * present else { return (1 + above) / (1 + present) }
            return tail(score)
        }

        /// A power law through two quantiles that are both known well: what was new once, and is rare, does not bend it.
        private func tail(_ score: Double) -> Double {
            let (outer, inner) = (top(tailShare * present), top(tailReach * tailShare * present))
            let decades = log(max(inner.weight / outer.weight, 2))
            let slope = Double(max(outer.bin - inner.bin, 1)) * width / decades
            let edge = lowerEdge(outer.bin)
            let share = min(1, max(outer.weight, 1) / present)
            return score > edge ? share * pow(score / edge, -1 / slope) : share
        }

        /// The bin above whose lower edge at least `wanted` scores lie, and their number.
        private func top(_ wanted: Double) -> (bin: Int, weight: Double) {
            var (weight, bin) = (0.0, bins)
            while bin > 1, weight < wanted {
                bin -= 1
                weight += parts.reduce(0) { $0 + Double($1.counts[bin]) * $1.scale }
            }
            return (bin, max(weight, 1e-9))
        }
    }

    private static func sum(_ counts: [Float], from first: Int) -> Double {
        counts.withUnsafeBufferPointer { values in
            var result: Float = 0
            for bin in first..<values.count { result += values[bin] }
            return Double(result)
        }
    }
}
