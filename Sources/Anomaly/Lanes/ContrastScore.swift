internal import Foundation

/// Contrast of anomaly against normal sentences with visual normality anchors: the score of NOVA (arXiv 2609.06360).
package struct ContrastScore: Sendable, Equatable {
    /// Weight of the anomaly side.
    package var alpha = 0.9
    /// Temperature of the contrast of cosines.
    package var temperature = 0.03
    /// Temperature of the anchor's weights.
    package var anchorTemperature = 0.3
    /// Steepness of the motion gate.
    package var gateSteepness = 20.0
    /// Motion 1 − cosine at which the gate is half open.
    package var gateMotion = 0.02

    /// The published constants.
    package init() {}

    /// (α u⁺ − u⁻)/τ, where u is the mean of the larger half of the cosines to a side's sentences (and anchors).
    package func logit(anomalous: some Collection<Double>, normal: some Collection<Double>) -> Double {
        (alpha * Self.upperHalfMean(anomalous) - Self.upperHalfMean(normal)) / temperature
    }

    /// 1/(1 + e^−x).
    package static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

    /// Factor in 0…1 that lowers the score of a still picture.
    package func gate(motion: Double) -> Double { Self.sigmoid(gateSteepness * (motion - gateMotion)) }

    /// Weights that sum to one, high for frames of low `scores`: how much each warm-up frame counts in an anchor.
    package func anchorWeights(_ scores: [Double]) -> [Double] {
        let weights = scores.map { exp(-$0 / anchorTemperature) }
        let total = weights.reduce(0, +)
        return weights.map { $0 / total }
    }

    /// Mean of the ⌈n/2⌉ largest; 0 of none.
    package static func upperHalfMean(_ values: some Collection<Double>) -> Double {
        guard !values.isEmpty else { return 0 }
        let half = values.sorted(by: >).prefix((values.count + 1) / 2)
        return half.reduce(0, +) / Double(half.count)
    }
}
