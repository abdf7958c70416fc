/// How well scores put positives before negatives.
///
/// Definitions as scikit-learn has them: ties share one point of each curve. `nil` where a class is missing and the
/// number has no meaning.
package struct RankingMetrics: Sendable, Equatable {
    /// Area under the receiver operating characteristic, trapezoids, in 0…1.
    package let rocAUC: Double?
    /// Step-wise average precision Σ (Rₙ − Rₙ₋₁) Pₙ in 0…1: the "AP" of VadCLIP and of XD-Violence tables.
    package let averagePrecision: Double?
    /// Area under precision against recall by trapezoids from the point (recall 0, precision 1), in 0…1: what LAVAD
    /// prints. With few distinct scores it is far above ``averagePrecision``, so say which one a table holds.
    package let trapezoidPrecisionRecall: Double?

    /// Measures `scores`, higher meaning more likely positive; both arrays have one entry a frame.
    package init(labels: [Bool], scores: [Double]) {
        precondition(labels.count == scores.count, "\(labels.count) labels, \(scores.count) scores")
        let positives = labels.count { $0 }
        let negatives = labels.count - positives
        let order = scores.indices.sorted { scores[$0] > scores[$1] }
        var curve = Curve(positives: Double(positives), negatives: Double(negatives))
        var (truePositives, falsePositives) = (0.0, 0.0)
        for (rank, index) in order.enumerated() {
            if labels[index] { truePositives += 1 } else { falsePositives += 1 }
            let isLastOfTie = rank + 1 == order.count || scores[order[rank + 1]] != scores[index]
            if isLastOfTie { curve.add(truePositives, falsePositives) }
        }
        rocAUC = positives > 0 && negatives > 0 ? curve.roc : nil
        averagePrecision = positives > 0 ? curve.steps : nil
        trapezoidPrecisionRecall = positives > 0 ? curve.trapezoids : nil
    }

    private struct Curve {
        let positives: Double
        let negatives: Double
        var (roc, steps, trapezoids) = (0.0, 0.0, 0.0)
        private var (recall, precision, fallout) = (0.0, 1.0, 0.0)

        init(positives: Double, negatives: Double) {
            self.positives = positives
            self.negatives = negatives
        }

        mutating func add(_ truePositives: Double, _ falsePositives: Double) {
            let newRecall = positives > 0 ? truePositives / positives : 0
            let newFallout = negatives > 0 ? falsePositives / negatives : 0
            let newPrecision = truePositives / (truePositives + falsePositives)
            roc += (newFallout - fallout) * (newRecall + recall) / 2
            steps += (newRecall - recall) * newPrecision
            trapezoids += (newRecall - recall) * (newPrecision + precision) / 2
            (recall, precision, fallout) = (newRecall, newPrecision, newFallout)
        }
    }
}
