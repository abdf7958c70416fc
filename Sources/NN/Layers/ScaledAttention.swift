// Letters: N queries · M keys · H heads · G heads of the keys (a divisor of H) · K width of a head.

/// Attention of some rows on others, with as many heads for keys as the model has (Vaswani et al. 2017, section 3.2;
/// grouped heads: Ainslie et al. 2023). Queries go in blocks, so that memory grows with M alone.
public enum ScaledAttention {
    /// Queries that are mixed at once.
    private static let blockLength = 128

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
        precondition(seen > 0 && (!isCausal || count <= seen), "\(count) queries on \(seen) keys")
        let scale = 1 / Float(headWidth).squareRoot()
        var scores = Tensor(zeros: [min(count, blockLength), seen])
        return Tensor(shape: [count, width]) { mixed in
            queries.withPointer { queries in
                keys.withPointer { keys in
                    values.withPointer { values in
                        scores.withMutablePointer { scores in
                            for start in stride(from: 0, to: count, by: blockLength) {
                                let rows = min(blockLength, count - start)
                                let columns = isCausal ? seen - count + start + rows : seen
                                for head in 0..<heads {
                                    let column = head / (heads / keyHeads) * headWidth
                                    let place = start * width + head * headWidth
                                    BLAS.multiplyTransposed(
                                        queries + place, stride: width, keys + column, stride: keyWidth, into: scores,
                                        stride: columns, m: rows, n: columns, k: headWidth)
                                    Softmax.apply(
                                        scores, rows: rows, columns: columns, scale: scale, isCausal: isCausal)
                                    BLAS.multiply(
                                        scores, stride: columns, values + column, stride: keyWidth,
                                        into: mixed.start + place, stride: width, m: rows, n: headWidth, k: columns)
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}
