public import NN

// Letters: N frames · Q query tokens a frame · M sentences · D width.

/// How well frames fit sentences when a frame is described by several vectors, as BLIP-2's Q-Former does: the best of a
/// frame's vectors counts, and sentences that say the same are averaged (Zheng et al., ECCV 2024, section 3.2).
public enum QueryTokenSimilarity {
    /// frames [N, Q, D], sentences [M, D] → M curves of N cosines.
    public static func curves(frames: Tensor, sentences: Tensor) -> [[Float]] {
        frames.expect(nil, nil, nil)
        let (count, tokens, width) = (frames.shape[0], frames.shape[1], frames.shape[2])
        sentences.expect(nil, width)
        guard tokens > 0 else { return sentences.rowArrays.map { _ in Array(repeating: 0, count: count) } }
        let cosines = Similarity.cosine(rows: sentences, columns: frames.reshaped([count * tokens, width]))
        return cosines.rowArrays.map { row in
            (0..<count).map { frame in row[frame * tokens..<(frame + 1) * tokens].max() ?? 0 }
        }
    }

    /// The mean of M curves of equal length N: the similarity to sentences that say the same.
    public static func mean(of curves: [[Float]]) -> [Float] {
        guard let first = curves.first else { return [] }
        return first.indices.map { frame in curves.reduce(0) { $0 + $1[frame] } / Float(curves.count) }
    }
}
