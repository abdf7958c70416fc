// Letters: B batch · T tokens · D width · H heads · K width of a head (D / H).

/// Scaled dot-product attention of every token on the tokens of its own sequence (Vaswani et al. 2017, section 3.2).
public struct MultiHeadAttention: Sendable {
    /// The four projections, each [D, D].
    public let query, key, value, output: Linear
    /// H, a divisor of D.
    public let heads: Int

    /// Layers of equal width D, which `heads` divides.
    public init(query: Linear, key: Linear, value: Linear, output: Linear, heads: Int) {
        let width = query.inputs
        precondition(heads > 0 && width % heads == 0, "\(heads) heads of width \(width)")
        for layer in [query, key, value, output] { layer.weight.expect(width, width) }
        self.query = query
        self.key = key
        self.value = value
        self.output = output
        self.heads = heads
    }

    /// residual [B·T, D] += attention over x [B·T, D], `batch` sequences of equal length; with `isCausal` a token sees
    /// itself and what stands before it.
    public func add(_ x: Tensor, batch: Int, isCausal: Bool, to residual: inout Tensor) {
        output.add(mix(project(x), batch: batch, isCausal: isCausal), to: &residual)
    }

    /// x [N, D] → queries, keys and values beside each other [N, 3·D].
    private func project(_ x: Tensor) -> Tensor {
        let (rows, width) = x.matrixShape
        return Tensor(shape: [rows, 3 * width]) { result in
            query.apply(x, rows: rows, to: result.start, stride: 3 * width, isAdding: false)
            key.apply(x, rows: rows, to: result.start + width, stride: 3 * width, isAdding: false)
            value.apply(x, rows: rows, to: result.start + 2 * width, stride: 3 * width, isAdding: false)
        }
    }

    /// projected [B·T, 3·D] → softmax(q kᵀ / √K) v of all heads [B·T, D].
    private func mix(_ projected: Tensor, batch: Int, isCausal: Bool) -> Tensor {
        let width = query.outputs
        let rows = projected.shape[0]
        precondition(batch > 0 && rows % batch == 0, "\(rows) rows in \(batch) sequences")
        let tokens = rows / batch
        let headWidth = width / heads
        let scale = 1 / Float(headWidth).squareRoot()
        var scores = Tensor(zeros: [tokens, tokens])
        return Tensor(shape: [rows, width]) { mixed in
            projected.withPointer { projected in
                scores.withMutablePointer { scores in
                    for sequence in 0..<batch {
                        let first = sequence * tokens
                        for head in 0..<heads {
                            let queries = projected + first * 3 * width + head * headWidth
                            BLAS.multiplyTransposed(
                                queries, stride: 3 * width, queries + width, stride: 3 * width, into: scores,
                                stride: tokens, m: tokens, n: tokens, k: headWidth)
                            Softmax.apply(scores, rows: tokens, columns: tokens, scale: scale, isCausal: isCausal)
                            BLAS.multiply(
                                scores, stride: tokens, queries + 2 * width, stride: 3 * width,
                                into: mixed.start + first * width + head * headWidth, stride: width, m: tokens,
                                n: headWidth, k: tokens)
                        }
                    }
                }
            }
        }
    }
}
