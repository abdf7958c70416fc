internal import NN

// Letters: N moments looked at · D width of an encoding.

/// The moments that stand for a recording: those to which all others are most similar.
///
/// Facility location (Lin and Bilmes, "A Class of Submodular Functions for Document Summarization", ACL 2011): chosen one
/// by one so that the sum, over all moments, of the similarity to the nearest chosen one grows most, which comes within
/// 1 − 1/e of the best choice.
public enum Summary {
    /// A chosen moment.
    public struct Choice: Sendable, Equatable {
        /// Its index.
        public let moment: Int
        /// Moments, itself included, to which it is the nearest of the chosen, as a share of all.
        public let share: Double
        /// Indices around it to which it is the nearest, without a break.
        public let extent: ClosedRange<Int>
    }

    /// Most moments that can be compared with each other.
    public static let mostMoments = 4096

    /// At most `count` of `encodings` [N][D], rows of length 1, in order of time. N is at most ``mostMoments``.
    public static func choices(_ encodings: [[Float]], count: Int) -> [Choice] {
        precondition(encodings.count <= mostMoments, "\(encodings.count) moments")
        guard !encodings.isEmpty, count > 0 else { return [] }
        let rows = Tensor(rows: encodings)
        let similarity = Similarity.dot(rows: rows, columns: rows).rowArrays  // [N][N]
        var nearest = [Float](repeating: -1, count: encodings.count)
        var chosen: [Int] = []
        while chosen.count < min(count, encodings.count) {
            var best = (moment: -1, gain: Float(-1))
            for moment in encodings.indices where !chosen.contains(moment) {
                var gain: Float = 0
                for (value, known) in zip(similarity[moment], nearest) { gain += max(0, value - known) }
                if gain > best.gain { best = (moment, gain) }
            }
            // What is all but seen already adds nothing to a summary.
            guard best.moment >= 0, chosen.isEmpty || best.gain > 0.001 * Float(encodings.count) else { break }
            chosen.append(best.moment)
            for (index, value) in similarity[best.moment].enumerated() { nearest[index] = max(nearest[index], value) }
        }
        return described(chosen.sorted(), similarity)
    }

    private static func described(_ chosen: [Int], _ similarity: [[Float]]) -> [Choice] {
        let owners = similarity.indices.map { moment in
            chosen.max { similarity[$0][moment] < similarity[$1][moment] } ?? 0
        }
        return chosen.map { moment in
            var (first, last) = (moment, moment)
            while first > 0, owners[first - 1] == moment { first -= 1 }
            while last + 1 < owners.count, owners[last + 1] == moment { last += 1 }
            let share = Double(owners.count { $0 == moment }) / Double(owners.count)
            return Choice(moment: moment, share: share, extent: first...last)
        }
    }
}
