import NN

// Letters: B batch · T tokens of a picture · D width.

/// Sums a picture up by one learned query that attends to all of its tokens, then a block's second half (Zhai et al. 2022,
/// "Scaling Vision Transformers", section 2.2; Hugging Face `SiglipMultiheadAttentionPoolingHead`).
struct AttentionPooling: Sendable {
    private let query: Tensor  // [1, D], projected
    private let key, value, output: Linear
    private let norm: LayerNorm
    private let feedForward: FeedForward
    private let heads: Int

    /// Reads the head below `weights` (`head`), whose projections are stacked as `torch.nn.MultiheadAttention` does.
    init(_ weights: Checkpoint, _ shape: TransformerShape) throws(WeightsError) {
        let width = shape.width
        let stacked = weights["attention"]
        let weight = try stacked.tensor("in_proj_weight", shape: [3 * width, width])
        let bias = try stacked.tensor("in_proj_bias", shape: [3 * width])
        let parts = (0..<3).map { part in
            let rows = part * width..<(part + 1) * width
            return Linear(weight: weight.rows(rows), bias: bias.rows(rows), precision: weights.precision)
        }
        query = parts[0](try weights.tensor("probe", shape: [1, 1, width]).reshaped([1, width]))
        (key, value) = (parts[1], parts[2])
        output = try Linear(stacked["out_proj"], inputs: width, outputs: width)
        norm = try LayerNorm(weights["layernorm"], width: width, epsilon: shape.epsilon)
        feedForward = .plain(
            hidden: try Linear(weights["mlp"]["fc1"], inputs: width, outputs: shape.hiddenWidth),
            activation: shape.activation,
            output: try Linear(weights["mlp"]["fc2"], inputs: shape.hiddenWidth, outputs: width))
        heads = shape.heads
    }

    /// x [B·T, D] → [B, D].
    func pool(_ x: Tensor, batch: Int) -> Tensor {
        let (keys, values) = (key(x), value(x))
        let tokens = x.shape[0] / batch
        let mixed = (0..<batch).map { picture in
            let rows = picture * tokens..<(picture + 1) * tokens
            return ScaledAttention.mix(
                queries: query, keys: keys.rows(rows), values: values.rows(rows), heads: heads, keyHeads: heads,
                isCausal: false)
        }
        var pooled = output(Tensor(joining: mixed))
        feedForward.add(norm(pooled), to: &pooled)
        return pooled
    }
}
