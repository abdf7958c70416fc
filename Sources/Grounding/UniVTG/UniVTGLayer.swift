internal import NN

// Letters: N tokens · M tokens wanted · S tokens seen · d width.

/// One layer of UniVTG's encoder: attention whose queries and keys carry the position code while its values do not, then
/// a feed-forward layer, each normalised after its residual.
struct UniVTGLayer: Sendable {
    private let query, key, value, output: Linear
    private let heads: Int
    private let first, second: LayerNorm
    private let widen, narrow: Linear

    init(_ weights: Checkpoint, _ configuration: UniVTG.Configuration) throws(WeightsError) {
        let width = configuration.width
        let attention = weights["self_attn"]
        let projection = try attention.tensor("in_proj_weight", shape: [3 * width, width])
        let bias = try attention.tensor("in_proj_bias", shape: [3 * width])
        let layers = (0..<3).map { index in
            let rows = index * width..<(index + 1) * width
            return Linear(weight: projection.rows(rows), bias: bias.rows(rows), precision: weights.precision)
        }
        (query, key, value) = (layers[0], layers[1], layers[2])
        output = try Linear(attention["out_proj"], inputs: width, outputs: width)
        heads = configuration.heads
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
        let isWhole = seen.count == x.shape[0]
        let mixed = ScaledAttention.mix(
            queries: query(placed.rows(0..<wanted)), keys: key(isWhole ? placed : placed.gathered(rows: seen)),
            values: value(isWhole ? x : x.gathered(rows: seen)), heads: heads, keyHeads: heads, isCausal: false)
        var hidden = x.rows(0..<wanted)
        output.add(mixed, to: &hidden)
        hidden = first(hidden)
        narrow.add(widen(hidden, activation: .gelu), to: &hidden)
        return second(hidden)
    }
}
