/// Threshold and scale from *labelled* scores, as anomalib chooses them. For comparison only: a camera has no labels, and
/// then this falls to the highest score seen, whose false-alarm rate is one per length of the history.
package struct LabelledThreshold: Sendable, Equatable {
    /// The score that maximises F1; without anomalies the highest normal score, without normal samples the lowest.
    package let threshold: Double
    private let range: Double

    /// Chooses the threshold; the lowest of equals wins. `scores` must not be empty.
    package init(labels: [Bool], scores: [Double]) {
        precondition(!scores.isEmpty && labels.count == scores.count, "\(labels.count) labels, \(scores.count) scores")
        let (lowest, highest) = scores.reduce((Double.infinity, -Double.infinity)) { (min($0.0, $1), max($0.1, $1)) }
        range = highest - lowest
        let positives = labels.count { $0 }
        guard positives > 0, positives < labels.count else {
            threshold = positives > 0 ? lowest : highest
            return
        }
        let order = scores.indices.sorted { scores[$0] > scores[$1] }
        var (best, chosen, hits) = (-1.0, highest, 0)
        for (rank, index) in order.enumerated() {
            if labels[index] { hits += 1 }
            if rank + 1 < order.count, scores[order[rank + 1]] == scores[index] { continue }
            let f1 = 2 * Double(hits) / Double(rank + 1 + positives)
            if f1 >= best { (best, chosen) = (f1, scores[index]) }
        }
        threshold = chosen
    }

    /// The score on a scale of 0…1 on which the threshold is 0.5.
    package func normalised(_ score: Double) -> Double {
        guard range > 0 else { return score >= threshold ? 0.5 : 0 }
        return min(max((score - threshold) / range + 0.5, 0), 1)
    }
}
