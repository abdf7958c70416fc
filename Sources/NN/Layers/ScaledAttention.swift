// Letters: N queries · M keys · H heads · G heads of the keys (a divisor of H) · K width of a head.

/// Attention of some rows on others, with as many heads for keys as the model has (Vaswani et al. 2017, section 3.2;
/// grouped heads: Ainslie et al. 2023).
public enum ScaledAttention {
    /// queries [N, H·K], keys [M, G·K], values [M, G·K] → softmax(q kᵀ / √K) v [N, H·K]. With `isCausal` the queries are the
    /// last N of M places, and see themselves and what stands before them.
    public static func mix(
        queries: Tensor, keys: Tensor, values: Tensor, heads: Int, keyHeads: Int, isCausal: Bool
    ) -> Tensor {
        let (count, width) = queries.matrixShape
        let (seen, keyWidth) = keys.matrixShape
        precondition(heads > 0 && width % heads == 0 && keyHeads > 0 && heads % keyHeads == 0, "\(heads) heads")
        let headWidth = width / heads
        keys.expect(seen, keyHeads * headWidth)
        values.expect(seen, keyHeads * headWidth)
        let attention = FusedAttention(
            sequences: 1, queries: count, keys: seen, heads: heads, keyHeads: keyHeads, headWidth: headWidth,
            isCausal: isCausal)
        return Tensor(shape: [count, width]) { mixed in
            queries.withPointer { queries in
                keys.withPointer { keys in
                    values.withPointer { values in
                        attention.apply(
                            q: .init(queries, stride: width), k: .init(keys, stride: keyWidth),
                            v: .init(values, stride: keyWidth), to: mixed.start, stride: width,
                            scale: 1 / Float(headWidth).squareRoot())
                    }
                }
            }
        }
    }
}
