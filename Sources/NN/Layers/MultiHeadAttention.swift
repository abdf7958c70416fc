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
        for layer in [query, key, value, output] {
            precondition((layer.inputs, layer.outputs) == (width, width), "\(layer.inputs) to \(layer.outputs)")
        }
        self.query = query
        self.key = key
        self.value = value
        self.output = output
        self.heads = heads
    }

    /// residual [B·T, D] += attention over x [B·T, D], `batch` sequences of equal length; with `isCausal` a token sees
    /// itself and what stands before it.
    public func add(_ x: Tensor, batch: Int, isCausal: Bool, to residual: inout Tensor) {
        let rows = x.matrixShape.rows
        precondition(batch > 0 && rows % batch == 0, "\(rows) rows in \(batch) sequences")
        let tokens = rows / batch
        let together = max(1, Self.rowsTogether / max(tokens, 1))
        for first in stride(from: 0, to: batch, by: together) {
            let count = min(together, batch - first)
            let part = x.rows(first * tokens..<(first + count) * tokens)
            output.add(mix(project(part), batch: count, isCausal: isCausal), to: &residual, from: first * tokens)
        }
    }

    /// Sequences go together up to about this many rows: enough for the products, and few enough that queries, keys and
    /// values stay in the processor's cache until they are used.
    private static let rowsTogether = 256

    /// x [N, D] → queries, keys and values beside each other [N, 3·D].
    private func project(_ x: Tensor) -> Tensor {
        let input = LinearInput(x)
        let width = input.width
        return Tensor(shape: [input.rows, 3 * width]) { result in
            for (place, layer) in [query, key, value].enumerated() {
                layer.apply(input, to: result.start + place * width, stride: 3 * width)
            }
        }
    }

    /// projected [B·T, 3·D] → softmax(q kᵀ / √K) v of all heads [B·T, D].
    private func mix(_ projected: Tensor, batch: Int, isCausal: Bool) -> Tensor {
        let width = query.outputs
        let rows = projected.shape[0]
        let headWidth = width / heads
        let attention = FusedAttention(
            sequences: batch, queries: rows / batch, keys: rows / batch, heads: heads, keyHeads: heads,
            headWidth: headWidth, isCausal: isCausal, precision: output.precision)
        return Tensor(shape: [rows, width]) { mixed in
            projected.withPointer { projected in
                let parts = (0..<3).map { FusedAttention.Rows(projected + $0 * width, stride: 3 * width) }
                attention.apply(
                    q: parts[0], k: parts[1], v: parts[2], to: mixed.start, stride: width,
                    scale: 1 / Float(headWidth).squareRoot())
            }
        }
    }
}
