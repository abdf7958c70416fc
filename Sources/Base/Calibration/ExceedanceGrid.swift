internal import Glibc

/// How often a score rises to each of many levels: events a day, counted after declustering, older ones counting less.
///
/// For every level it counts what an alarm at that level would have counted, in bounded memory and without keeping
/// scores.
public struct ExceedanceGrid: Sendable, Equatable, Codable {
    /// Score of the lowest level.
    public static let lowest = 1.0
    /// Distance between levels.
    public static let step = 0.1
    /// Number of levels: up to a score of 17.
    public static let levels = 160

    private let cooldown: Double
    private let halfLife: Double
    private var counts = [Double](repeating: 0, count: levels)
    private var exposures = [Double](repeating: 0, count: levels)  // decayed seconds in which a level was counted
    private var lastRise: [Double?] = Array(repeating: nil, count: levels)
    private var decayedAt: Double?

    /// A grid of nothing; two rises at most `cooldown` seconds apart are one event.
    public init(cooldown: Double, halfLife: Double) {
        precondition(cooldown >= 0 && halfLife > 0, "cooldown \(cooldown), half-life \(halfLife)")
        self.cooldown = cooldown
        self.halfLife = halfLife
    }

    /// A grid of events that were counted elsewhere, `counts` by level, in `seconds` of watched time.
    public init(counts: [Double], seconds: Double, cooldown: Double, halfLife: Double) {
        precondition(counts.count == Self.levels && seconds >= 0, "\(counts.count) levels, \(seconds) s")
        self.init(cooldown: cooldown, halfLife: halfLife)
        self.counts = counts
        exposures = Array(repeating: seconds, count: Self.levels)
    }

    /// The lowest level that is reached at most `perDay` times a day: read where the history is long enough to count so few
    /// (`countable` of them), extrapolated by ``ExceedanceTail`` beyond; nil where too little was seen for either.
    public func level(perDay: Double, countable: Double = 10) -> (score: Double, basis: AlarmThreshold.Basis)? {
        let known = (0..<Self.levels).filter { days($0) * perDay >= countable }
        if let counted = known.first(where: { (rate($0) ?? 0) <= perDay }) { return (Self.level(counted), .counted) }
        // Known to be too low, however the tail was fitted.
        let tooLow = known.last.map { Self.level($0) + Self.step } ?? 0
        return ExceedanceTail(self).map { (max($0.threshold(perDay: perDay), tooLow), .extrapolated) }
    }

    /// The score of level `index`.
    public static func level(_ index: Int) -> Double { lowest + step * Double(index) }

    /// Decayed watched time in days.
    public var days: Double { exposures[0] / 86_400 }

    /// Counts `score`, which held for `duration` seconds until `seconds`. Levels above `censoring` are not counted, and the
    /// time is not counted for them: how far an alarm went above its threshold says nothing about normal scores.
    public mutating func insert(_ score: Double, at seconds: Double, duration: Double, censoring: Double = .infinity) {
        decay(to: seconds)
        let visible = Self.index(censoring)
        for index in 0...visible { exposures[index] += duration }
        guard score >= Self.lowest else { return }
        for index in 0...min(Self.index(score), visible) {
            if let last = lastRise[index], seconds - last <= cooldown {
                lastRise[index] = seconds
            } else {
                counts[index] += 1
                lastRise[index] = seconds
            }
        }
    }

    private static func index(_ score: Double) -> Int {
        guard score < level(levels - 1) else { return levels - 1 }
        return max(0, Int((score - lowest) / step + 1e-9))
    }

    /// Takes one event that reached `level` back, as far as it is not forgotten yet.
    public mutating func forget(level: Double, age: Double) {
        let weight = exp2(-max(0, age) / halfLife)
        for index in counts.indices where Self.level(index) <= level { counts[index] = max(0, counts[index] - weight) }
    }

    /// Events a day at level `index`; nil while that level was not watched.
    public func rate(_ index: Int) -> Double? {
        exposures[index] > 0 ? counts[index] / exposures[index] * 86_400 : nil
    }

    /// Decayed number of events at level `index`.
    public func count(_ index: Int) -> Double { counts[index] }

    /// Decayed time in days in which level `index` was counted.
    public func days(_ index: Int) -> Double { exposures[index] / 86_400 }

    /// This grid with another's events and time added: the pooled history of two cameras.
    public func pooled(with other: ExceedanceGrid) -> ExceedanceGrid {
        var pool = self
        for index in counts.indices {
            pool.counts[index] += other.counts[index]
            pool.exposures[index] += other.exposures[index]
        }
        return pool
    }

    /// Decays in steps of ten minutes: finer ones would cost more and change nothing.
    private mutating func decay(to seconds: Double) {
        let start = decayedAt ?? seconds
        if decayedAt == nil { decayedAt = seconds }
        guard seconds - start >= 600 else { return }
        decayedAt = seconds
        let factor = exp2(-(seconds - start) / halfLife)
        for index in counts.indices {
            counts[index] *= factor
            exposures[index] *= factor
        }
    }
}
