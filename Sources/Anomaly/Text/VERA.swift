internal import Foundation

/// VERA (Ye et al., CVPR 2025): several short questions before the verdict, and its way to frame scores.
///
/// The frame scores are here to compare published numbers. Their smoothing looks ahead and their centre weighting
/// assumes that anomalies sit in the middle of a clip, which no stream has: the live lanes use neither.
package enum VERA {
    /// Taps of the published kernel: a Gaussian of sigma 10 at 15 even steps of −8…7, so it leans to one side.
    package static let kernel: [Double] = {
        let taps = (0..<15).map { exp(-pow(Double($0) * 15 / 14 - 8, 2) / 200) }
        let total = taps.reduce(0, +)
        return taps.map { $0 / total }
    }()

    /// Whether a reply ends in the normal label: 0 only when a `0` follows the last "Output", so that a refusal or an
    /// empty reply counts as anomalous.
    package static func isAnomalous(_ reply: String) -> Bool {
        guard let label = reply.range(of: "Output", options: .backwards) else { return true }
        return !reply[label.upperBound...].contains("0")
    }

    /// A score for each of `count` frames from a score every 16 frames, its moments' features [N][D], smoothing,
    /// rounding to one decimal and centre weighting.
    package static func frameScores(features: [[Float]], scores: [Double], count: Int) -> [Double] {
        let refined = ScoreRefinement.byNearestMoments(features, scores: scores)
        let rounded = smoothed(refined).map { ($0 * 10).rounded(.toNearestOrEven) / 10 }
        let half = Double(count / 2)
        return FrameLabels.spread(rounded, count: count).enumerated().map { frame, score in
            half > 0 ? score * exp(-0.5 * pow((Double(frame) - half) / half, 2)) : score
        }
    }

    /// The zero-padded convolution of `scores` with ``kernel``, as long as the longer of the two (numpy's "same").
    private static func smoothed(_ scores: [Double]) -> [Double] {
        let length = max(scores.count, kernel.count)
        let offset = (min(scores.count, kernel.count) - 1) / 2
        return (0..<length).map { position in
            kernel.indices.reduce(0) { sum, tap in
                let index = position + offset - tap
                return scores.indices.contains(index) ? sum + kernel[tap] * scores[index] : sum
            }
        }
    }
}
