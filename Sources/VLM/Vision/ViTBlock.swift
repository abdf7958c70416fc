import NN

// Letters: B batch · T tokens of a sequence · D width · M width of the hidden layer.

/// The numbers of a stack of transformer blocks, as `config.json` names them.
struct TransformerShape: Equatable, Sendable {
    /// D, `hidden_size`.
    var width: Int
    /// M, `intermediate_size`.
    var hiddenWidth: Int
    /// `num_hidden_layers`.
    var layers: Int
    /// `num_attention_heads`.
    var heads: Int
    /// `hidden_act`.
    var activation: Activation
    /// `layer_norm_eps`.
    var epsilon: Float
}

/// A transformer block with the norms before its two halves (Dosovitskiy et al. 2021, equations 2 and 3); the text towers
/// of CLIP and SigLIP are made of the same block.
struct ViTBlock: Sendable {
    let norm1: LayerNorm
    let attention: MultiHeadAttention
    let norm2: LayerNorm
    let feedForward: FeedForward

    /// residual [B·T, D] through the block, in place.
    func apply(to residual: inout Tensor, batch: Int, isCausal: Bool) {
        attention.add(norm1(residual), batch: batch, isCausal: isCausal, to: &residual)
        feedForward.add(norm2(residual), to: &residual)
    }
}

extension ViTBlock {
    /// Reads the block below `weights` under the key names that Hugging Face gives CLIP and SigLIP.
    init(_ weights: Checkpoint, _ shape: TransformerShape) throws(WeightsError) {
        let width = shape.width
        norm1 = try LayerNorm(weights["layer_norm1"], width: width, epsilon: shape.epsilon)
        norm2 = try LayerNorm(weights["layer_norm2"], width: width, epsilon: shape.epsilon)
        let heads = weights["self_attn"]
        attention = MultiHeadAttention(
            query: try Linear(heads["q_proj"], inputs: width, outputs: width),
            key: try Linear(heads["k_proj"], inputs: width, outputs: width),
            value: try Linear(heads["v_proj"], inputs: width, outputs: width),
            output: try Linear(heads["out_proj"], inputs: width, outputs: width), heads: shape.heads)
        feedForward = .plain(
            hidden: try Linear(weights["mlp"]["fc1"], inputs: width, outputs: shape.hiddenWidth),
            activation: shape.activation,
            output: try Linear(weights["mlp"]["fc2"], inputs: shape.hiddenWidth, outputs: width))
    }

    /// The blocks `0`, `1`, … below `weights`.
    static func stack(_ weights: Checkpoint, _ shape: TransformerShape) throws(WeightsError) -> [ViTBlock] {
        var blocks: [ViTBlock] = []
        for layer in 0..<shape.layers { blocks.append(try ViTBlock(weights[layer], shape)) }
        return blocks
    }
}
