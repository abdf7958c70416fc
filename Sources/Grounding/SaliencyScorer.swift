public import Base
internal import NN

/// How well one frame fits one query.
public struct Saliency: Sendable, Equatable {
    /// Probability in 0…1 that the query's sentence holds.
    public let value: Float
    /// The look that fits best.
    public let box: Box

    /// A saliency of `value`, seen in `box`.
    public init(value: Float, box: Box) {
        self.value = value
        self.box = box
    }
}

/// Scores frame encodings against a fixed set of queries.
public struct SaliencyScorer: Sendable {
    // Q queries · K looks · D width
    private let queries: Tensor  // [Q, D]
    private let constants: GroundingConstants

    /// A scorer for `queries`, all of the width D of the frames' looks.
    public init(queries: [TextEncoding], constants: GroundingConstants) {
        self.queries = Tensor(rows: queries.map(\.values))
        self.constants = constants
    }

    /// One saliency per query: the best of the frame's looks; with `zones` (one per query, nil for the whole picture) the
    /// best of those in the query's zone, 0 when there is none.
    public func score(_ encoding: FrameEncoding, zones: [PictureZone?] = []) -> [Saliency] {
        best(encoding, zones: zones).map { saliency($0) }
    }

    /// The look that fits a query best, and its cosine.
    public struct Best: Sendable, Equatable {
        /// The cosine with the query.
        public let cosine: Float
        /// The look.
        public let box: Box
    }

    /// By query the look that fits best, with `zones` of those in its zone; nil when there is none.
    public func best(_ encoding: FrameEncoding, zones: [PictureZone?] = []) -> [Best?] {
        precondition(zones.isEmpty || zones.count == queries.shape[0], "\(zones.count) zones")
        guard queries.shape[0] > 0 else { return [] }
        let looks = Tensor(rows: encoding.looks.map(\.values))  // [K, D]
        let cosines = Similarity.dot(rows: queries, columns: looks).rowArrays  // [Q, K]
        return cosines.enumerated().map { query, row in
            let zone = zones.isEmpty ? nil : zones[query]
            let allowed = row.indices.filter { zone?.holds(encoding.looks[$0].box) ?? true }
            return allowed.max { row[$0] < row[$1] }.map { Best(cosine: row[$0], box: encoding.looks[$0].box) }
        }
    }

    /// The saliency of a query's best look, whose cosine counts `shift` less; 0 without a look.
    public func saliency(_ best: Best?, shift: Float = 0) -> Saliency {
        guard let best else { return Saliency(value: 0, box: .whole) }
        return Saliency(value: constants.saliency(cosine: best.cosine - shift), box: best.box)
    }

    /// By query the largest cosine with any of the frame's looks, before it becomes a probability.
    public func similarities(_ encoding: FrameEncoding) -> [Float] {
        guard queries.shape[0] > 0 else { return [] }
        let looks = Tensor(rows: encoding.looks.map(\.values))  // [K, D]
        return Similarity.dot(rows: queries, columns: looks).rowArrays.map { $0.max() ?? 0 }
    }
}
