import NN

// Letters: B batch · C channels · p side of a patch · P patches (rows · columns) · R registers · T tokens (1 + R + P) ·
// D width.

/// DINOv2's vision transformer (Oquab et al. 2023; registers: Darcet et al. 2024, "Vision Transformers Need Registers";
/// Hugging Face `Dinov2Model` and `Dinov2WithRegistersModel`). Pictures may have any whole number of patches.
struct DINOv2Vision: Sendable {
    /// The numbers of `config.json`.
    struct Configuration: Equatable, Sendable {
        var blocks: TransformerShape
        /// Side of the pictures of the position table, `image_size`.
        var imageSize: Int
        /// p, `patch_size`.
        var patchSize: Int
        /// C, `num_channels`.
        var channels: Int
        /// R, `num_register_tokens`; 0 in models without.
        var registers: Int
        /// `qkv_bias`.
        var hasAttentionBias: Bool
        /// `use_swiglu_ffn`: a gated second half.
        var isGated: Bool
        /// How the position table is brought to a picture's grid.
        var interpolation: Interpolation

        /// Rows and columns of the position table.
        var side: Int { imageSize / patchSize }
    }

    private let configuration: Configuration
    private let classToken: Tensor  // [1, D], its position added
    private let registers: Tensor  // [R, D]
    private let positions: Tensor  // [side, side, D]
    private let patchEmbedding: PatchEmbedding
    private let blocks: [ViTBlock]
    private let norm: LayerNorm

    /// Reads the whole model.
    init(_ weights: Checkpoint, _ configuration: Configuration) throws(WeightsError) {
        let embeddings = weights["embeddings"]
        let (width, side) = (configuration.blocks.width, configuration.side)
        let table = try embeddings.tensor("position_embeddings", shape: [1, side * side + 1, width])
        var token = try embeddings.tensor("cls_token", shape: [1, 1, width]).reshaped([1, width])
        token.add(table[0].rows(0..<1))
        classToken = token
        positions = table[0].rows(1..<side * side + 1).reshaped([side, side, width])
        registers =
            configuration.registers == 0
            ? Tensor(zeros: [0, width])
            : try embeddings.tensor("register_tokens", shape: [1, configuration.registers, width])[0]
        patchEmbedding = try PatchEmbedding(
            embeddings["patch_embeddings"]["projection"], channels: configuration.channels,
            patchSize: configuration.patchSize, width: width, hasBias: true)
        var blocks: [ViTBlock] = []
        for layer in 0..<configuration.blocks.layers {
            blocks.append(try Self.block(weights["encoder"]["layer"][layer], configuration))
        }
        self.blocks = blocks
        norm = try LayerNorm(weights["layernorm"], width: width, epsilon: configuration.blocks.epsilon)
        self.configuration = configuration
    }

    /// pixels [B, C, rows · p, columns · p], normalised → last hidden states after the norm [B·T, D]; the first of each
    /// picture is its class token. Traces `vision.hidden.0` ….
    func encode(_ pixels: Tensor, trace: Trace? = nil) -> Tensor {
        let (batch, patch) = (pixels.shape[0], configuration.patchSize)
        pixels.expect(batch, configuration.channels, nil, nil)
        let (rows, columns) = (pixels.shape[2] / patch, pixels.shape[3] / patch)
        let count = rows * columns
        precondition(count > 0, "pixels \(pixels.shape) without a whole patch")
        let isSame = rows == configuration.side && columns == configuration.side
        let places = (isSame ? positions : positions.resized(rows: rows, columns: columns, configuration.interpolation))
            .reshaped([count, configuration.blocks.width])
        let patches = patchEmbedding(pixels)
        var hidden = Tensor(
            joining: (0..<batch).flatMap { picture in
                var own = patches.rows(picture * count..<(picture + 1) * count)
                own.add(places)
                return [classToken, registers, own]
            })
        trace?("vision.hidden.0", hidden)
        for (layer, block) in blocks.enumerated() {
            block.apply(to: &hidden, batch: batch, isCausal: false)
            trace?("vision.hidden.\(layer + 1)", hidden)
        }
        return norm(hidden)
    }

    private static func block(
        _ weights: Checkpoint, _ configuration: Configuration
    ) throws(WeightsError) -> ViTBlock {
        let shape = configuration.blocks
        let width = shape.width
        let heads = weights["attention"]["attention"]
        let hasBias = configuration.hasAttentionBias
        return ViTBlock(
            norm1: try LayerNorm(weights["norm1"], width: width, epsilon: shape.epsilon),
            attention: MultiHeadAttention(
                query: try Linear(heads["query"], inputs: width, outputs: width, hasBias: hasBias),
                key: try Linear(heads["key"], inputs: width, outputs: width, hasBias: hasBias),
                value: try Linear(heads["value"], inputs: width, outputs: width, hasBias: hasBias),
                output: try Linear(
                    weights["attention"]["output"]["dense"], inputs: width, outputs: width,
                    scale: weights["layer_scale1"], named: "lambda1"), heads: shape.heads),
            norm2: try LayerNorm(weights["norm2"], width: width, epsilon: shape.epsilon),
            feedForward: configuration.isGated
                ? try gated(weights, shape)
                : .plain(
                    hidden: try Linear(weights["mlp"]["fc1"], inputs: width, outputs: shape.hiddenWidth),
                    activation: shape.activation,
                    output: try Linear(
                        weights["mlp"]["fc2"], inputs: shape.hiddenWidth, outputs: width,
                        scale: weights["layer_scale2"], named: "lambda1")))
    }

    /// The gated half, whose first two layers are stacked in one matrix, the gate's rows first.
    private static func gated(_ weights: Checkpoint, _ shape: TransformerShape) throws(WeightsError) -> FeedForward {
        let (width, hidden) = (shape.width, shape.hiddenWidth)
        let stacked = weights["mlp"]["weights_in"]
        let weight = try stacked.tensor("weight", shape: [2 * hidden, width])
        let bias = try stacked.tensor("bias", shape: [2 * hidden])
        let half = { (rows: Range<Int>) in
            Linear(weight: weight.rows(rows), bias: bias.rows(rows), precision: stacked.precision)
        }
        return .gated(
            gate: half(0..<hidden), activation: .silu, hidden: half(hidden..<2 * hidden),
            output: try Linear(
                weights["mlp"]["weights_out"], inputs: hidden, outputs: width, scale: weights["layer_scale2"],
                named: "lambda1"))
    }
}
