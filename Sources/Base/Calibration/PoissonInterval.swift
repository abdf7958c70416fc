internal import Glibc

/// The exact 95 % confidence interval of a Poisson mean (Garwood, Biometrika, 1936).
public struct PoissonInterval: Sendable, Equatable {
    /// Lower bound of the expected count; 0 for none seen.
    public let lower: Double
    /// Upper bound of the expected count; 3.69 for none seen.
    public let upper: Double

    /// From the number of events seen, at least 0.
    public init(count: Int) {
        precondition(count >= 0, "\(count) events")
        lower = count == 0 ? 0 : Self.mean { 1 - Self.cumulative(count - 1, $0) < 0.025 }
        upper = Self.mean { Self.cumulative(count, $0) > 0.025 }
    }

    /// P(X ≤ count) for a Poisson variable of mean `mean`.
    static func cumulative(_ count: Int, _ mean: Double) -> Double {
        guard mean > 0 else { return 1 }
        var (term, sum) = (-mean, 0.0)  // ln of the probability of 0
        for k in 0...count {
            if k > 0 { term += log(mean / Double(k)) }
            sum += exp(term)
        }
        return min(sum, 1)
    }

    /// Where `isBelow` turns false, by bisection.
    private static func mean(_ isBelow: (Double) -> Bool) -> Double {
        var (low, high) = (0.0, 1.0)
        while isBelow(high), high < 1e9 { high *= 2 }
        for _ in 0..<80 {
            let middle = (low + high) / 2
            if isBelow(middle) { low = middle } else { high = middle }
        }
        return (low + high) / 2
    }
}
