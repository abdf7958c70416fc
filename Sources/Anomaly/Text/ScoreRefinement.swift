internal import Foundation
internal import NN

// N moments · D width

/// Scores smoothed over moments that look alike.
package enum ScoreRefinement {
    /// Softmax-weighted mean of `scores` by `cosines` · `sharpness`.
    package static func weighted(_ scores: [Double], cosines: [Float], sharpness: Double) -> Double {
        guard let highest = cosines.max() else { return 0 }
        let weights = cosines.map { exp(sharpness * Double($0 - highest)) }
        let total = weights.reduce(0, +)
        return zip(weights, scores).reduce(0) { $0 + $1.0 * $1.1 } / total
    }

    /// LAVAD's video–text refinement: the mean of the scores of the summaries in `index` nearest to each moment's window
    /// encoding [D], weighted by softmax of the cosines at temperature 1. `scores` are those of the index's entries.
    package static func byNearestTexts(
        windows: [[Float]], index: CaptionIndex, scores: [Double], neighbours: Int = 10
    ) -> [Double] {
        precondition(scores.count == index.texts.count, "\(scores.count) scores for \(index.texts.count) texts")
        return index.nearest(windows, count: neighbours).map { found in
            weighted(found.map { scores[$0.entry] }, cosines: found.map(\.cosine), sharpness: 1)
        }
    }

    /// VERA's: the mean over the nearest `share` of all moments of the video, weighted by softmax of 10 · cosine. With
    /// fewer than 1/share moments upstream's slice takes *all* of them, kept here for comparability.
    package static func byNearestMoments(
        _ features: [[Float]], scores: [Double], share: Double = 0.15, sharpness: Double = 10
    ) -> [Double] {
        precondition(features.count == scores.count, "\(features.count) features, \(scores.count) scores")
        guard !features.isEmpty else { return [] }
        let rows = Tensor(rows: features).normalisedRows()
        let count = Int(share * Double(scores.count))
        return Similarity.dot(rows: rows, columns: rows).rowArrays.map { cosines in
            let order = cosines.indices.sorted { cosines[$0] > cosines[$1] }
            let chosen = order.prefix(count > 0 ? count : order.count)
            return weighted(chosen.map { scores[$0] }, cosines: chosen.map { cosines[$0] }, sharpness: sharpness)
        }
    }
}
