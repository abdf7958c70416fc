internal import Glibc

/// The distribution of similarities in −1…1 in bounded memory, older ones counting less, and what of it is background: most of
/// the time a thing that is asked for is not there.
public struct ScoreHistogram: Sendable, Equatable {
    /// Width of a bin.
    public static let width = 0.005
    private static let bins = 400

    /// How scores lie while the thing is not there.
    public struct Background: Sendable, Equatable {
        /// Their mean.
        public let mean: Double
        /// Their standard deviation.
        public let deviation: Double
    }

    private let halfLife: Double
    private var counts = [Float](repeating: 0, count: bins)
    private var decayedAt: Double?
    private var counted: Range<Int> {
        guard let first = counts.firstIndex(where: { $0 > 0 }), let last = counts.lastIndex(where: { $0 > 0 }) else {
            return 0..<0
        }
        return first..<last + 1
    }

    /// An empty histogram; `halfLife` in seconds.
    public init(halfLife: Double) {
        precondition(halfLife > 0, "half-life \(halfLife)")
        self.halfLife = halfLife
    }

    /// Counts `score` at `seconds`, `weight` times; a negative weight takes back what was counted.
    public mutating func insert(_ score: Double, at seconds: Double, weight: Double = 1) {
        decay(to: seconds)
        let bin = min(max(Int((score + 1) / Self.width), 0), Self.bins - 1)
        counts[bin] = max(0, counts[bin] + Float(weight))
    }

    /// Times begin anew with the next score: the clock was changed.
    public mutating func restartClock() { decayedAt = nil }

    /// Effective number of scores.
    public var total: Double { counts.reduce(0) { $0 + Double($1) } }

    /// The background by median and median absolute deviation: right while the thing is there for less than half the time, and
    /// cheap. Nil without scores.
    public var medianBackground: Background? {
        guard let median = quantile(0.5, of: counts.map { Double($0) }) else { return nil }
        var distances = [Double](repeating: 0, count: 2 * Self.bins)
        for (bin, count) in counts.enumerated() where count > 0 {
            let distance = abs(Self.middle(bin) - median)
            distances[min(Int(distance / Self.width * 2), distances.count - 1)] += Double(count)
        }
        let half = total / 2
        var (sum, place) = (0.0, 0)
        while place < distances.count - 1, sum + distances[place] < half {
            sum += distances[place]
            place += 1
        }
        let spread = (Double(place) + 0.5) * Self.width / 2
        return Background(mean: median, deviation: max(1.4826 * spread, Self.width))
    }

    /// The background as the lower of two Gaussian components, fitted by expectation and maximisation (Dempster, Laird and Rubin
    /// 1977) from the median's; the upper one is what the thing itself does to the scores, and does not widen the background
    /// however often it comes. Where the two are not apart, the median's. Nil without scores.
    public var background: Background? {
        guard let start = medianBackground, let high = quantile(0.99, of: counts.map { Double($0) }) else { return nil }
        let places = counts.indices.filter { counts[$0] > 0 }
        var low = (share: 0.9, mean: start.mean, deviation: start.deviation)
        var top = (share: 0.1, mean: max(high, start.mean + 3 * start.deviation), deviation: 2 * start.deviation)
        func density(_ x: Double, _ part: (share: Double, mean: Double, deviation: Double)) -> Double {
            let z = (x - part.mean) / part.deviation
            return part.share / part.deviation * exp(-0.5 * z * z)
        }
        for _ in 0..<40 {
            var sums = [(weight: 0.0, first: 0.0, second: 0.0), (weight: 0.0, first: 0.0, second: 0.0)]
            for bin in places {
                let x = Self.middle(bin)
                let (a, b) = (density(x, low), density(x, top))
                let share = a + b > 0 ? a / (a + b) : (x < (low.mean + top.mean) / 2 ? 1 : 0)
                for (part, weight) in [share, 1 - share].enumerated() {
                    let count = Double(counts[bin]) * weight
                    sums[part].weight += count
                    sums[part].first += count * x
                    sums[part].second += count * x * x
                }
            }
            let all = sums[0].weight + sums[1].weight
            guard all > 0, sums[0].weight > 0.05 * all, sums[1].weight > 1e-6 * all else { return start }
            let parts = sums.map { sum -> (share: Double, mean: Double, deviation: Double) in
                let mean = sum.first / sum.weight
                let variance = max(sum.second / sum.weight - mean * mean, 0)
                return (sum.weight / all, mean, max(variance.squareRoot(), Self.width))
            }
            (low, top) = (parts[0], parts[1])
        }
        guard top.mean - low.mean > 3 * low.deviation, low.mean < top.mean else { return start }
        return Background(mean: low.mean, deviation: low.deviation)
    }

    private static func middle(_ bin: Int) -> Double { (Double(bin) + 0.5) * width - 1 }

    private func quantile(_ share: Double, of counts: [Double]) -> Double? {
        let total = counts.reduce(0, +)
        guard total > 0 else { return nil }
        var sum = 0.0
        for (bin, count) in counts.enumerated() {
            sum += count
            if sum >= share * total { return Self.middle(bin) }
        }
        return Self.middle(counts.count - 1)
    }

    /// In steps of ten minutes: finer ones would cost more and change nothing.
    private mutating func decay(to seconds: Double) {
        let start = decayedAt ?? seconds
        if decayedAt == nil { decayedAt = seconds }
        guard seconds - start >= 600 else { return }
        decayedAt = seconds
        let factor = Float(exp2(-(seconds - start) / halfLife))
        for bin in counts.indices { counts[bin] *= factor }
    }
}

extension ScoreHistogram: Codable {
    private enum Key: CodingKey { case halfLife, first, counts, decayedAt }

    /// Throws `DecodingError` for what no histogram has written.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        halfLife = try container.decode(Double.self, forKey: .halfLife)
        decayedAt = try container.decodeIfPresent(Double.self, forKey: .decayedAt)
        let first = try container.decode(Int.self, forKey: .first)
        let stored = try container.decode(PackedFloats.self, forKey: .counts).values
        guard halfLife > 0, (0...Self.bins).contains(first), stored.count <= Self.bins - first,
            stored.allSatisfy({ $0 >= 0 }), decayedAt?.isFinite ?? true
        else {
            throw DecodingError.dataCorruptedError(
                forKey: .counts, in: container, debugDescription: "a histogram is damaged")
        }
        counts.replaceSubrange(first..<first + stored.count, with: stored)
    }

    /// Without the empty bins at both ends. Throws what the encoder throws.
    public func encode(to encoder: any Encoder) throws {
        let range = counted
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(halfLife, forKey: .halfLife)
        try container.encodeIfPresent(decayedAt, forKey: .decayedAt)
        try container.encode(range.lowerBound, forKey: .first)
        try container.encode(PackedFloats(Array(counts[range])), forKey: .counts)
    }
}
