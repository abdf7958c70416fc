internal import Glibc

/// The rate of events above high levels: a generalised Pareto distribution over a level that was reached often enough
/// (peaks over threshold: Pickands, Annals of Statistics, 1975), fitted by moments to an ``ExceedanceGrid``.
public struct ExceedanceTail: Sendable, Equatable {
    /// Events that the level must have seen to be fitted from.
    private static let wanted = 30.0
    /// Fewest events from which anything is extrapolated.
    private static let fewest = 5.0

    /// The level that is extrapolated from.
    public let level: Double
    /// Events a day at that level.
    public let rate: Double
    /// Shape ξ in 0…0.5; 0 when the tail is censored. A negative one, a tail with an end, is not believed.
    public let shape: Double
    /// Scale σ in score units.
    public let scale: Double

    /// Fits the tail of `grid`; nil while no level has seen enough.
    public init?(_ grid: ExceedanceGrid) {
        let all = 0..<ExceedanceGrid.levels
        let base = all.last { grid.count($0) >= Self.wanted } ?? all.first { grid.count($0) >= Self.fewest }
        guard let base, grid.count(base) >= Self.fewest, let rate = grid.rate(base), rate > 0 else { return nil }
        // Levels that were counted for a tenth of the time at least; beyond, the tail is censored.
        let seen = all.last { grid.days($0) >= 0.1 * grid.days(base) } ?? base
        // E[excess] = ∫ S dx and E[excess²] = ∫ 2x S dx with the survival function S, by the trapezoid rule.
        var (mean, square, before) = (0.0, 0.0, 1.0)
        for index in all where index > base && index <= seen {
            let survival = min(before, (grid.rate(index) ?? 0) / rate)
            let excess = (Double(index - base) - 0.5) * ExceedanceGrid.step
            let area = (before + survival) / 2 * ExceedanceGrid.step
            mean += area
            square += 2 * excess * area
            before = survival
        }
        level = ExceedanceGrid.level(base)
        self.rate = rate
        guard before <= 0.02 else {
            // Censored: the exponential's maximum likelihood, total excess over the events whose peak was seen.
            shape = 0
            scale = max(before < 1 ? mean / (1 - before) : mean, ExceedanceGrid.step)
            return
        }
        let variance = square - mean * mean
        let moment = variance > 0 ? 0.5 * (1 - mean * mean / variance) : 0
        shape = min(max(moment, 0), 0.5)
        scale = max(mean * (1 - shape), ExceedanceGrid.step)
    }

    /// The score that is reached `perDay` times a day; at least ``level``.
    public func threshold(perDay: Double) -> Double {
        precondition(perDay > 0, "\(perDay) a day")
        let ratio = rate / perDay
        guard ratio > 1 else { return level }
        return level + (shape > 1e-6 ? scale / shape * (pow(ratio, shape) - 1) : scale * log(ratio))
    }
}
