internal import NN

// Letters: N tokens · M tokens wanted · S tokens seen · d width · H heads · K width of a head (d / H).

/// One layer of UniVTG's encoder: attention whose queries and keys carry the position code while its values do not, then
/// a feed-forward layer, each normalised after its residual.
struct UniVTGLayer: Sendable {
    /// One head's layers: W_q, W_k [K, d] with their biases, W_v [K, d], and its columns of W_o [d, K].
    private struct Head: Sendable {
        let query, key, output: Linear
        let value: Tensor
    }

    private let heads: [Head]
    private let bias: Tensor  // [1, d]: b_o + W_o b_v, since every row of a softmax sums to 1
    private let first, second: LayerNorm
    private let widen, narrow: Linear

    init(_ weights: Checkpoint, _ configuration: UniVTG.Configuration) throws(WeightsError) {
        let width = configuration.width
        let attention = weights["self_attn"]
        let projection = try attention.tensor("in_proj_weight", shape: [3 * width, width])
        let shifts = try attention.tensor("in_proj_bias", shape: [3 * width])
        let output = try Linear(attention["out_proj"], inputs: width, outputs: width)
        let headWidth = width / configuration.heads
        heads = (0..<configuration.heads).map { head in
            func part(_ index: Int) -> Range<Int> {
                let start = index * width + head * headWidth
                return start..<start + headWidth
            }
            return Head(
                query: Linear(weight: projection.rows(part(0)), bias: shifts.rows(part(0))),
                key: Linear(weight: projection.rows(part(1)), bias: shifts.rows(part(1))),
                output: Linear(weight: output.weight.columns(part(0)), bias: nil),
                value: projection.rows(part(2)))
        }
        bias = output(shifts.rows(2 * width..<3 * width).reshaped([1, width]))
        first = try LayerNorm(weights["norm1"], width: width, epsilon: 1e-5)
        second = try LayerNorm(weights["norm2"], width: width, epsilon: 1e-5)
        widen = try Linear(weights["linear1"], inputs: width, outputs: configuration.feedForward)
        narrow = try Linear(weights["linear2"], inputs: configuration.feedForward, outputs: width)
    }

    /// x [N, d] → its first `wanted` rows after the layer [M, d]. `positions` is added to the first rows for queries and
    /// keys; the rows `seen` are those that may be attended to.
    func callAsFunction(_ x: Tensor, positions: Tensor, seen: [Int], wanted: Int) -> Tensor {
        var placed = x
        placed.addRows(positions)
        let queries = placed.rows(0..<wanted)
        let isWhole = seen.count == x.shape[0]
        let keys = isWhole ? placed : placed.gathered(rows: seen)
        let values = isWhole ? x : x.gathered(rows: seen)
        var hidden = x.rows(0..<wanted)
        hidden.add(bias.gathered(rows: Array(repeating: 0, count: wanted)))
        for head in heads {
            let scale = 1 / Float(head.query.outputs).squareRoot()
            let weights = Similarity.dot(rows: head.query(queries), columns: head.key(keys)).softmaxRows(scale: scale)
            let mixed = Similarity.dot(rows: weights, columns: Similarity.dot(rows: head.value, columns: values))
            head.output.add(mixed, to: &hidden)
        }
        hidden = first(hidden)
        var wide = widen(hidden)
        Activation.gelu.apply(to: &wide)
        narrow.add(wide, to: &hidden)
        return second(hidden)
    }
}
