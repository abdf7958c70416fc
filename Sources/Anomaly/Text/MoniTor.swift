internal import Foundation

/// MoniTor's running score over a language model's replies (Yang et al., 2025), its defects included: for comparison.
///
/// A reply that cannot be read scores −1 and is blended in, so that scores go negative, and the smoothed curve looks two
/// steps ahead. ``Exemplars`` is the idea worth keeping.
package enum MoniTor {
    /// The level of 0, 0.1 … 1 nearest to the first number of `reply`, the lower of two equally near; −1 without one.
    package static func rating(_ reply: String) -> Double {
        guard let expression = try? NSRegularExpression(pattern: #"\d+(?:\.\d+)?"#),
            let match = expression.firstMatch(in: reply, range: NSRange(reply.startIndex..., in: reply)),
            let range = Range(match.range, in: reply), let number = Double(reply[range])
        else { return -1 }
        let levels = (0...10).map { Double($0) / 10 }
        return levels.min { abs($0 - number) < abs($1 - number) } ?? -1
    }

    /// 0.6 · present + 0.4 · previous, rounded to one decimal; the rating as it is at first and while nothing could be read.
    package static func runningScores(_ replies: [String]) -> [Double] {
        var scores: [Double] = []
        for rating in replies.map(rating) {
            let previous = scores.last ?? -1
            scores.append(previous == -1 ? rating : rounded(0.6 * rating + 0.4 * previous))
        }
        return scores
    }

    /// Mean of each score and the two after it, rounded to one decimal; the last two have none.
    package static func smoothed(_ scores: [Double]) -> [Double?] {
        scores.indices.map { index in
            guard index + 2 < scores.count else { return nil }
            return rounded((scores[index] + scores[index + 1] + scores[index + 2]) / 3)
        }
    }

    /// Rounded to one decimal by the number's exact value, halves to even, as Python's `round` does.
    private static func rounded(_ value: Double) -> Double { Double(String(format: "%.1f", value)) ?? value }

    /// Per score level the newest caption that was given it: few-shot context for the next question.
    package struct Exemplars: Sendable {
        private var captions: [String?] = Array(repeating: nil, count: 11)

        package init() {}

        /// Remembers `caption`, rated 0…1.
        package mutating func remember(_ caption: String, rating: Double) {
            guard rating >= 0, rating <= 1 else { return }
            captions[Int((rating * 10).rounded())] = caption
        }

        /// One line a level that has a caption, lowest first.
        package var lines: [String] {
            captions.enumerated().compactMap { level, caption in
                caption.map { "\(Double(level) / 10): \($0)" }
            }
        }
    }
}
