import NN

// Letters: T pictures · C channels · S side of a picture · P patches · D width.

/// EVA's vision transformer as BLIP-2 uses it (Fang et al. 2023; Hugging Face `Blip2VisionModel` without its last norm):
/// queries, keys and values in one matrix, no norm before or behind the blocks.
struct EVAVision: Sendable {
    /// The numbers of a `vision` section.
    struct Configuration: Equatable, Sendable {
        var blocks: TransformerShape
        /// S, `image_size`.
        var imageSize: Int
        /// `patch_size`
        var patchSize: Int
        /// C.
        var channels: Int

        /// P.
        var patches: Int { (imageSize / patchSize) * (imageSize / patchSize) }
    }

    private let configuration: Configuration
    private let classToken: Tensor  // [1, D]
    private let positions: Tensor  // [P + 1, D]
    private let patchEmbedding: PatchEmbedding
    private let blocks: [ViTBlock]

    /// Reads the tower below `weights`.
    init(_ weights: Checkpoint, _ configuration: Configuration) throws(WeightsError) {
        let width = configuration.blocks.width
        let embeddings = weights["embeddings"]
        classToken = try embeddings.tensor("class_embedding", shape: [1, 1, width])[0]
        positions = try embeddings.tensor("position_embedding", shape: [1, configuration.patches + 1, width])[0]
        patchEmbedding = try PatchEmbedding(
            embeddings["patch_embedding"], channels: configuration.channels, patchSize: configuration.patchSize,
            width: width, hasBias: true)
        var blocks: [ViTBlock] = []
        for layer in 0..<configuration.blocks.layers {
            blocks.append(try Self.block(weights["encoder"]["layers"][layer], configuration.blocks))
        }
        self.blocks = blocks
        self.configuration = configuration
    }

    /// pixels [T, C, S, S], normalised → hidden states behind the last block [T·(P + 1), D], class tokens first.
    func encode(_ pixels: Tensor) -> Tensor {
        let (batch, side) = (pixels.shape[0], configuration.imageSize)
        pixels.expect(batch, configuration.channels, side, side)
        let patches = patchEmbedding(pixels)
        var hidden = Tensor(
            joining: (0..<batch).map { picture in
                let own = patches.rows(picture * configuration.patches..<(picture + 1) * configuration.patches)
                var tokens = Tensor(joining: [classToken, own])
                tokens.add(positions)
                return tokens
            })
        for block in blocks { block.apply(to: &hidden, batch: batch, isCausal: false) }
        return hidden
    }

    private static func block(_ weights: Checkpoint, _ shape: TransformerShape) throws(WeightsError) -> ViTBlock {
        let width = shape.width
        let attention = weights["self_attn"]
        let weight = try attention["qkv"].tensor("weight", shape: [3 * width, width])
        let bias = try bias(attention, width)
        let parts = (0..<3).map { part in
            let rows = part * width..<(part + 1) * width
            return Linear(weight: weight.rows(rows), bias: bias.rows(rows), precision: weights.precision)
        }
        return ViTBlock(
            norm1: try LayerNorm(weights["layer_norm1"], width: width, epsilon: shape.epsilon),
            attention: MultiHeadAttention(
                query: parts[0], key: parts[1], value: parts[2],
                output: try Linear(attention["projection"], inputs: width, outputs: width), heads: shape.heads),
            norm2: try LayerNorm(weights["layer_norm2"], width: width, epsilon: shape.epsilon),
            feedForward: .plain(
                hidden: try Linear(weights["mlp"]["fc1"], inputs: width, outputs: shape.hiddenWidth),
                activation: shape.activation,
                output: try Linear(weights["mlp"]["fc2"], inputs: shape.hiddenWidth, outputs: width)))
    }

    /// Biases of queries, keys and values [3·D]; where they are published by themselves, keys have none.
    private static func bias(_ attention: Checkpoint, _ width: Int) throws(WeightsError) -> Tensor {
        guard attention.contains("q_bias") else { return try attention["qkv"].tensor("bias", shape: [3 * width]) }
        let queries = try attention.tensor("q_bias", shape: [width])
        let values = try attention.tensor("v_bias", shape: [width])
        return Tensor(queries.values + [Float](repeating: 0, count: width) + values.values, shape: [3 * width])
    }
}
