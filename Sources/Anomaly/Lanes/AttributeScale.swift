/// A raw attribute score on the scale of its training scores: 0 at their lowest, 1 at a high quantile (AI-VAD).
package struct AttributeScale: Sendable, Equatable {
    /// Score that becomes 0.
    package let low: Double
    /// Score that becomes 1.
    package let high: Double

    /// From training scores, which must not be empty; `quantile` in 0…1, linear between ranks.
    package init(trainingScores: [Double], quantile: Double) {
        precondition(!trainingScores.isEmpty && (0...1).contains(quantile), "scale of \(trainingScores.count) scores")
        let sorted = trainingScores.sorted()
        let rank = quantile * Double(sorted.count - 1)
        let (below, share) = (Int(rank), rank - rank.rounded(.down))
        low = sorted[0]
        high = sorted[below] + (sorted[min(below + 1, sorted.count - 1)] - sorted[below]) * share
    }

    /// The scaled score; not clamped.
    package func apply(_ score: Double) -> Double { high > low ? (score - low) / (high - low) : 0 }
}
