public import NN

// Letters: T frames · P tokens of a frame · D width.

/// Drops the tokens that hardly differ from the frame before (TimeChat-Online, Yao et al. 2025, section 3.2).
public struct UnchangedTokenFilter: Sendable {
    /// A token is dropped when its cosine to the same place one frame earlier is above this.
    public var threshold: Float

    /// A filter with the given threshold.
    public init(threshold: Float) { self.threshold = threshold }

    /// tokens [T, P, D] → which of each frame's P tokens are kept; all of the first frame's are.
    public func kept(_ tokens: Tensor) -> [[Bool]] {
        tokens.expect(nil, nil, nil)
        guard tokens.shape[0] > 0 else { return [] }
        let later = Self.similarities(tokens).map { $0.map { $0 <= threshold } }
        return [Array(repeating: true, count: tokens.shape[1])] + later
    }

    /// tokens [T, P, D] → T − 1 rows of P cosines between each token and the same place one frame earlier.
    public static func similarities(_ tokens: Tensor) -> [[Float]] {
        let (frames, places, width) = (tokens.shape[0], tokens.shape[1], tokens.shape[2])
        guard frames > 1 else { return [] }
        let unit = tokens.reshaped([frames * places, width]).normalisedRows()
        return unit.withValues { values in
            (1..<frames).map { frame in
                (0..<places).map { place in
                    let (now, before) = ((frame * places + place) * width, ((frame - 1) * places + place) * width)
                    return (0..<width).reduce(0) { $0 + values[now + $1] * values[before + $1] }
                }
            }
        }
    }
}
