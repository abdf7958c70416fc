internal import Foundation

/// AnomalyRuler's deduction from captions (Yang et al., ECCV 2024): keywords, an average over time, a majority, a second
/// average.
///
/// The published threshold is the mean over the whole video; ``Stream`` is the causal form.
package enum AnomalyRuler {
    /// Smoothing of the first average: the weight of the newest caption.
    package static let alpha = 0.33

    /// Everything that is computed on the way to the scores, an entry a caption.
    package struct Deduction: Sendable {
        /// Whether a keyword occurs in the caption.
        package let hits: [Bool]
        package let averages: [Double]
        package let majority: [Bool]
        package let scores: [Double]
    }

    /// Scores all captions of one video.
    package static func deduce(captions: [String], keywords: [String]) -> Deduction {
        let hits = captions.map { caption in keywords.contains { caption.contains($0) } }
        let averages = average(hits.map { $0 ? 1 : 0 }, alpha: alpha)
        let mean = averages.isEmpty ? 0 : averages.reduce(0, +) / Double(averages.count)
        let majority = majority(averages, threshold: mean, window: 1)
        let scores = average(majority.map { $0 ? 1 : 0 }, alpha: mean == 0 ? 1e-7 : mean)
        return Deduction(hits: hits, averages: averages, majority: majority, scores: scores)
    }

    /// The exponentially weighted mean of all values so far, weights adjusted to sum to one (pandas `ewm(adjust=True)`).
    package static func average(_ values: [Double], alpha: Double) -> [Double] {
        var (sum, weight) = (0.0, 0.0)
        return values.map { value in
            sum = sum * (1 - alpha) + value
            weight = weight * (1 - alpha) + 1
            return sum / weight
        }
    }

    /// Whether most values of the window around each are above `threshold`, the ends padded with the outermost value;
    /// an even `window` counts as one more. Upstream's rule for the half window at both ends, kept for comparability: it
    /// looks at the *padded* values from `i − half` to `i`, which lie half a window further back.
    package static func majority(_ values: [Double], threshold: Double, window: Int) -> [Bool] {
        precondition(window > 0, "window \(window)")
        guard let first = values.first, let last = values.last else { return [] }
        let half = window / 2
        let padded = Array(repeating: first, count: half) + values + Array(repeating: last, count: half)
        return values.indices.map { index in
            let isAtEnd = index < half || index >= values.count - half
            let range = isAtEnd ? max(0, index - half)...index : index...index + 2 * half
            let above = padded[range].count { $0 > threshold }
            return above > range.count - above
        }
    }

    /// The same deduction without a look ahead: the threshold is the mean of the averages so far, with a floor.
    package struct Stream: Sendable {
        private let keywords: [String]
        private let floor: Double
        private var short = (sum: 0.0, weight: 0.0)
        private var long = (sum: 0.0, count: 0.0)
        private var score = 0.0

        /// `floor` is the lowest threshold, so that a quiet camera does not alarm at its first keyword.
        package init(keywords: [String], floor: Double = 0.3) {
            self.keywords = keywords
            self.floor = floor
        }

        /// The score in 0…1 after the next caption.
        package mutating func take(_ caption: String) -> Double {
            let hit = keywords.contains { caption.contains($0) } ? 1.0 : 0
            short = (short.sum * (1 - alpha) + hit, short.weight * (1 - alpha) + 1)
            let average = short.sum / short.weight
            long = (long.sum + average, long.count + 1)
            let threshold = max(floor, long.sum / long.count)
            score += alpha * ((average > threshold ? 1 : 0) - score)
            return score
        }
    }
}
