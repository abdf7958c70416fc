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

/// A transformer block with the norms before its two halves (Dosovitskiy et al. 2021, equations 2 and 3); CLIP's text
/// tower is made of the same block.
struct ViTBlock: Sendable {
    private let norm1, norm2: LayerNorm
    private let attention: MultiHeadAttention
    private let hidden, output: Linear
    private let activation: Activation

    /// Reads the block below `weights` under Hugging Face CLIP's key names.
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
        hidden = try Linear(weights["mlp"]["fc1"], inputs: width, outputs: shape.hiddenWidth)
        output = try Linear(weights["mlp"]["fc2"], inputs: shape.hiddenWidth, outputs: width)
        activation = shape.activation
    }

    /// residual [B·T, D] through the block, in place.
    func apply(to residual: inout Tensor, batch: Int, isCausal: Bool) {
        attention.add(norm1(residual), batch: batch, isCausal: isCausal, to: &residual)
        var values = hidden(norm2(residual))
        activation.apply(to: &values)
        output.add(values, to: &residual)
    }
}
