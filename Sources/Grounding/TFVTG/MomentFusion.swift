internal import Foundation

/// Joins the moments found for several wordings and parts of one sentence into one ranking (Zheng et al., ECCV 2024,
/// section 3.4, with the counts of the published evaluation).
public struct MomentFusion: Sendable {
    /// Exponent of the overlap in the vote.
    public var exponent = 0.6
    /// Moments of the wordings of the whole sentence that take part, of the interleaved list.
    public var wholeCount = 7
    /// Moments kept for each part.
    public var partCount = 3
    /// Joined parts that take part.
    public var joinedCount = 2
    /// Most parts that can be joined.
    public static let mostParts = 8

    /// The published counts.
    public init() {}

    /// `moments` by how much they agree with all of them, most first: Σⱼ overlapᵢⱼ^γ · max(confidenceⱼ, 0), itself
    /// included. Empty moments have no overlap and come last; equals keep their order.
    public func select(_ moments: [RatedMoment]) -> [RatedMoment] {
        let votes = moments.map { moment in
            moments.reduce(0.0) { $0 + pow(moment.overlap($1), exponent) * max($1.confidence, 0) }
        }
        let order = moments.indices.sorted { first, second in
            let (a, b) = (votes[first], votes[second])
            if a.isNaN || b.isNaN { return a.isNaN == b.isNaN ? first < second : b.isNaN }
            return a == b ? first < second : a > b
        }
        return order.map { moments[$0] }
    }

    /// The spans that a choice of one moment for each part covers together, in order of search: the first part's choice
    /// changes last. A choice that contradicts `relation` is left out. Confidences multiply. Beyond ``mostParts`` parts
    /// nothing is joined, since the choices multiply too.
    public func joined(_ parts: [[RatedMoment]], relation: QueryDecomposition.Relation) -> [RatedMoment] {
        guard (1...Self.mostParts).contains(parts.count) else { return [] }
        var choices: [[RatedMoment]] = [[]]
        for part in parts { choices = choices.flatMap { choice in part.map { choice + [$0] } } }
        return choices.filter { Self.isPossible($0, relation) }.map { choice in
            RatedMoment(
                start: choice.map(\.start).min() ?? 0, end: choice.map(\.end).max() ?? 0,
                confidence: choice.reduce(1) { $0 * max($1.confidence, 0) })
        }
    }

    /// The final ranking for a sentence; `moments` gives the moments of a wording, best first.
    public func ranking(
        of sentence: String, _ decomposition: QueryDecomposition, moments: (String) -> [RatedMoment]
    ) -> [RatedMoment] {
        let whole = interleaved(([sentence] + decomposition.paraphrases).map(moments))
        let parts = decomposition.parts.map { wordings in
            Array(select(interleaved(wordings.map(moments))).prefix(partCount))
        }
        let together = select(joined(parts, relation: decomposition.relation)).prefix(joinedCount)
        return select(Array(whole.prefix(wholeCount)) + together)
    }

    /// Every list's best, then every list's second, then every list's third.
    private func interleaved(_ lists: [[RatedMoment]]) -> [RatedMoment] {
        (0..<3).flatMap { rank in lists.compactMap { rank < $0.count ? $0[rank] : nil } }
    }

    private static func isPossible(_ choice: [RatedMoment], _ relation: QueryDecomposition.Relation) -> Bool {
        switch relation {
        case .single: true
        case .sequential: zip(choice, choice.dropFirst()).allSatisfy { $1.start >= $0.end }
        case .simultaneous: (choice.map(\.start).max() ?? 0) <= (choice.map(\.end).min() ?? 0)
        }
    }
}
