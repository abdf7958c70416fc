package import NN

// Letters: B batch · T tokens of a sequence · D width · M width of the hidden layer.

/// The numbers of a stack of transformer blocks, as `config.json` names them.
package struct TransformerShape: Equatable, Sendable {
    /// D, `hidden_size`.
    package var width: Int
    /// M, `intermediate_size`.
    package var hiddenWidth: Int
    /// `num_hidden_layers`.
    package var layers: Int
    /// `num_attention_heads`.
    package var heads: Int
    /// `hidden_act`.
    package var activation: Activation
    /// `layer_norm_eps`.
    package var epsilon: Float

    /// The numbers as they stand in a file, or as a model's class has them by default.
    package init(width: Int, hiddenWidth: Int, layers: Int, heads: Int, activation: Activation, epsilon: Float) {
        (self.width, self.hiddenWidth, self.layers, self.heads) = (width, hiddenWidth, layers, heads)
        (self.activation, self.epsilon) = (activation, epsilon)
    }
}

/// A transformer block with the norms before its two halves (Dosovitskiy et al. 2021, equations 2 and 3); the text towers
/// of CLIP and SigLIP are made of the same block.
package struct ViTBlock: Sendable {
    package let norm1: LayerNorm
    package let attention: MultiHeadAttention
    package let norm2: LayerNorm
    package let feedForward: FeedForward

    /// A block of given parts.
    package init(norm1: LayerNorm, attention: MultiHeadAttention, norm2: LayerNorm, feedForward: FeedForward) {
        (self.norm1, self.attention, self.norm2, self.feedForward) = (norm1, attention, norm2, feedForward)
    }

    /// residual [B·T, D] through the block, in place.
    package func apply(to residual: inout Tensor, batch: Int, isCausal: Bool) {
        attention.add(norm1(residual), batch: batch, isCausal: isCausal, to: &residual)
        feedForward.add(norm2(residual), to: &residual)
    }
}

extension ViTBlock {
    /// Reads the block below `weights` under the key names that Hugging Face gives CLIP and SigLIP.
    package init(_ weights: Checkpoint, _ shape: TransformerShape) throws(WeightsError) {
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
    package static func stack(_ weights: Checkpoint, _ shape: TransformerShape) throws(WeightsError) -> [ViTBlock] {
        var blocks: [ViTBlock] = []
        for layer in 0..<shape.layers { blocks.append(try ViTBlock(weights[layer], shape)) }
        return blocks
    }
}
