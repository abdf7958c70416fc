/// The distribution of a camera's scores so far, in bounded memory: counts in equal bins over 0…2.
struct ScoreHistory: Sendable {
    private static let bins = 4000
    private var counts = [Int](repeating: 0, count: bins)
    private(set) var total = 0

    /// Counts a score.
    mutating func insert(_ score: Double) {
        counts[Self.bin(score)] += 1
        total += 1
    }

    /// (1 + #{history ≥ score}) / (1 + n); a score counts as its bin's.
    func exceedance(_ score: Double) -> Double {
        let above = counts[Self.bin(score)...].reduce(0, +)
        return Double(1 + above) / Double(1 + total)
    }

    /// The lowest bin edge with at least `share` of the history at or below it; 0 while there is none.
    func quantile(_ share: Double) -> Double {
        guard total > 0 else { return 0 }
        var seen = 0
        for (bin, count) in counts.enumerated() {
            seen += count
            if Double(seen) >= share * Double(total) { return Double(bin + 1) * 2 / Double(Self.bins) }
        }
        return 2
    }

    private static func bin(_ score: Double) -> Int { min(max(Int(score / 2 * Double(bins)), 0), bins - 1) }
}
