package import NN

// Letters: B pictures or frames · S side of a picture · P patches · f pixel shuffle's factor · M tokens of a prompt · W width of
// the tower · D width of the decoder.

/// InternVL 3 (Zhu et al., "InternVL3", 2025). Loads what Hugging Face publishes as `InternVLForConditionalGeneration`
/// (transformers, `modeling_internvl.py`); a video is its frames, each a picture.
///
///     pictures → patches, class token, positions → ViTBlock × L → PixelShuffle → norm, MLPProjector → visual tokens ┐
///     prompt → ids → embedding, visual places replaced ←──────────────────────────────────────────────────────────────┘
///                                                                        → TextDecoder (Qwen2, LLaMA) → logits
package struct InternVL: Sendable {
    private let classToken: Tensor  // [1, W]
    private let positions: Tensor  // [1 + P, W]
    private let patches: PatchEmbedding
    private let blocks: [ViTBlock]
    private let norm: LayerNorm  // of packed patches
    private let projector: MLPProjector
    private let factor, side: Int
    /// The language model.
    package let decoder: TextDecoder
    /// The id that stands for one visual token.
    package let visualToken: Int

    /// Loads the networks in `folder`; reads all weights once, to check them.
    package static func loadNetwork(folder: String, precision: Precision = .fp32) throws(ModelError) -> InternVL {
        try InternVL(ModelFolder(path: folder, precision: precision))
    }

    init(_ folder: ModelFolder) throws(ModelError) {
        let file = try folder.configuration
        let section = try file.object("vision_config")
        let imageSize = try Self.side(section, "image_size", 448)
        let patchSize = try Self.side(section, "patch_size", 14)
        let defaults = TransformerShape(
            width: 1024, hiddenWidth: 4096, layers: 24, heads: 16, activation: .gelu, epsilon: 1e-6)
        let shape = try TransformerShape(section, defaults: defaults)
        let hasBias = try section.bool("attention_bias", default: false)
        try Self.refuseVariants(file, section)
        let ratio = try file.number("downsample_ratio", default: 0.5, in: 0.01...1)
        let (side, factor) = (imageSize / patchSize, Int((1 / ratio).rounded()))
        guard side > 0, side % factor == 0 else {
            throw file.refusal("downsample_ratio", "\(ratio) does not fit the \(side) patches of a side")
        }
        let language = try file.object("text_config")
        let hasQwenBias = try language.string("model_type", default: "qwen2") == "qwen2"
        let text = try DecoderConfiguration(language, alwaysHasAttentionBias: hasQwenBias, of: file)
        visualToken = try file.integer("image_token_id", default: 151_667, in: 0...text.vocabulary - 1)
        let weights = try folder.weights
        let packed = shape.width * factor * factor
        (classToken, positions, patches, blocks, norm, projector, decoder) = try ModelError.wrapping {
            () throws(WeightsError) in
            let (tower, width) = (weights["vision_tower"], shape.width)
            let embeddings = tower["embeddings"]
            let token = try embeddings.tensor("cls_token", shape: [1, 1, width])[0]
            let positions = try embeddings.tensor("position_embeddings", shape: [1, 1 + side * side, width])[0]
            let patches = try PatchEmbedding(
                embeddings["patch_embeddings"]["projection"], channels: 3, patchSize: patchSize, width: width,
                hasBias: true)
            var blocks: [ViTBlock] = []
            for layer in 0..<shape.layers {
                blocks.append(try Self.block(tower["encoder"]["layer"][layer], shape, hasBias: hasBias))
            }
            let head = weights["multi_modal_projector"]
            let norm = try LayerNorm(head["layer_norm"], width: packed, epsilon: 1e-5)
            let projector = try MLPProjector(head, "linear_1", "linear_2", inputs: packed, outputs: text.width)
            let model = weights["language_model"]
            let decoder = try TextDecoder(model["model"], head: model["lm_head"], text)
            try weights.finish(ignoring: text.isTied ? ["language_model.lm_head.weight"] : [])
            return (token, positions, patches, blocks, norm, projector, decoder)
        }
        (self.factor, self.side) = (factor, side)
    }

    /// A number, or the two equal sides of a square.
    private static func side(_ section: ConfigurationFile, _ key: String, _ fallback: Int) throws(ModelError) -> Int {
        guard let list = section.json[key]?.array else {
            return try section.integer(key, default: fallback, in: 1...4096)
        }
        guard list.count == 2, let side = list[0].integer, list[1].integer == side, (1...4096).contains(side) else {
            throw section.refusal(key, "expected the two sides of a square")
        }
        return side
    }

    /// What other models of the family have and this recipe does not compute.
    private static func refuseVariants(_ file: ConfigurationFile, _ section: ConfigurationFile) throws(ModelError) {
        if try section.bool("use_qk_norm", default: false) { throw section.refusal("use_qk_norm", "not supported") }
        let hasNorm = try !section.bool("use_mean_pooling", default: true)
        if hasNorm { throw section.refusal("use_mean_pooling", "a norm after the tower is not supported") }
        let norm = try section.string("norm_type", default: "layer_norm")
        if norm != "layer_norm" { throw section.refusal("norm_type", "only layer_norm is supported") }
        let activation = try file.activation("projector_hidden_act", default: .gelu)
        if activation != .gelu { throw file.refusal("projector_hidden_act", "only gelu is supported") }
    }

    private static func block(
        _ weights: Checkpoint, _ shape: TransformerShape, hasBias: Bool
    ) throws(WeightsError) -> ViTBlock {
        let (width, heads) = (shape.width, weights["attention"])
        return ViTBlock(
            norm1: try LayerNorm(weights["layernorm_before"], width: width, epsilon: shape.epsilon),
            attention: MultiHeadAttention(
                query: try Linear(heads["q_proj"], inputs: width, outputs: width, hasBias: hasBias),
                key: try Linear(heads["k_proj"], inputs: width, outputs: width, hasBias: hasBias),
                value: try Linear(heads["v_proj"], inputs: width, outputs: width, hasBias: hasBias),
                output: try Linear(
                    heads["projection_layer"], inputs: width, outputs: width, scale: weights, named: "lambda_1"),
                heads: shape.heads),
            norm2: try LayerNorm(weights["layernorm_after"], width: width, epsilon: shape.epsilon),
            feedForward: .plain(
                hidden: try Linear(weights["mlp"]["fc1"], inputs: width, outputs: shape.hiddenWidth),
                activation: shape.activation,
                output: try Linear(
                    weights["mlp"]["fc2"], inputs: shape.hiddenWidth, outputs: width, scale: weights,
                    named: "lambda_2")))
    }
}

extension InternVL {
    /// Pictures [B, 3, S, S], normalised → the tower's last hidden states [B · (1 + P), W], class tokens first.
    package func hidden(of pixels: Tensor) -> Tensor {
        let (batch, count) = (pixels.shape[0], side * side)
        let embedded = patches(pixels)
        var hidden = Tensor(
            joining: (0..<batch).map { picture in
                var tokens = Tensor(joining: [classToken, embedded.rows(picture * count..<(picture + 1) * count)])
                tokens.add(positions)
                return tokens
            })
        for block in blocks { block.apply(to: &hidden, batch: batch, isCausal: false) }
        return hidden
    }

    /// hidden [B · (1 + P), W] → visual tokens [B · P / f², D], picture after picture.
    package func visualTokens(_ hidden: Tensor, batch: Int) -> Tensor {
        let (count, width) = (side * side, hidden.shape[1])
        let grid = hidden.gathered(rows: (0..<batch * count).map { $0 / count * (count + 1) + 1 + $0 % count })
        let packed = PixelShuffle.packed(grid.reshaped([batch, side, side, width]), factor: factor)
        return projector(norm(packed.reshaped([batch * count / (factor * factor), factor * factor * width])))
    }

    /// The ids of a prompt → [M, D], each visual id replaced by the next of `visual`. Throws when the numbers differ.
    package func embedded(_ ids: [Int], visual: Tensor) throws(ModelError) -> Tensor {
        var embedded = decoder.embed(ids)
        try VisualPlaces.fill(&embedded, ids, [visualToken], with: visual)
        return embedded
    }
}
