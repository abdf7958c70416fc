package import NN

// Letters: T frames · N patches of all frames · V values of a patch · m merged patches of a side.

/// VideoLLaMA3's choice of the tokens that changed (Zhang et al. 2025, section 2.3, "DiffFP"): a token is kept when the pixels
/// of its patches differ enough from those of the frame just before.
package struct FrameDifferenceFilter: Sendable {
    /// Mean absolute difference of normalised pixels, times 255, above which a token is kept. The published value is 0.1, which
    /// is a twentieth of a grey level; cameras with noise need 4 to 12.
    package var threshold: Float
    /// Tokens that every frame keeps at least, the first of them when too few changed.
    package var fewest: Int

    /// The published values.
    package init(threshold: Float = 0.1, fewest: Int = 1) {
        self.threshold = threshold
        self.fewest = fewest
    }

    /// patches [N, V] of one clip, normalised to −1…1 → which of each frame's tokens are kept; all of the first frame's.
    package func kept(_ patches: Tensor, _ grid: PatchGrid) -> [[Bool]] {
        let first = [Array(repeating: true, count: grid.tokensPerFrame)]
        return first
            + Self.differences(patches, grid).map { frame in
                var kept = frame.map { $0 > threshold }
                if kept.count(where: { $0 }) < fewest {
                    for token in 0..<min(fewest, kept.count) { kept[token] = true }
                }
                return kept
            }
    }

    /// patches [N, V] → T − 1 rows of each token's mean absolute difference to the frame before, times 255.
    package static func differences(_ patches: Tensor, _ grid: PatchGrid) -> [[Float]] {
        let tokens = grid.tokensPerFrame
        let length = grid.merge * grid.merge * patches.shape[1]
        precondition(patches.shape[0] == grid.frames * grid.patchesPerFrame, "\(patches.shape) for \(grid)")
        return patches.withValues { values in
            (1..<max(1, grid.frames)).map { frame in
                (0..<tokens).map { token in
                    let (now, before) = ((frame * tokens + token) * length, ((frame - 1) * tokens + token) * length)
                    var sum: Float = 0
                    for i in 0..<length { sum += abs(values[now + i] - values[before + i]) }
                    return sum / Float(length) * 255
                }
            }
        }
    }
}
