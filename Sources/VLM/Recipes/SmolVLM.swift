package import NN

// Letters: T frames · S side of a frame · P patches · f pixel shuffle's factor · M tokens of a prompt · D width of the decoder.

/// SmolVLM2 (Marafioti et al., "SmolVLM", 2025). Loads what Hugging Face publishes as `SmolVLMForConditionalGeneration`; a
/// video is its frames, each a picture.
///
///     frames → SigLIPVision (no pooling) → PixelShuffle → Linear → visual tokens ┐
///     prompt → ids → embedding, visual places replaced ←──────────────────────────┘ → TextDecoder (LLaMA) → logits
package struct SmolVLM: Sendable {
    private let vision: SigLIPVision
    private let connector: Linear
    private let factor, side: Int
    /// S.
    let imageSize: Int
    /// The language model.
    package let decoder: TextDecoder
    /// The id that stands for one visual token.
    package let visualToken: Int

    /// Loads the networks in `folder`; reads all weights once, to check them.
    package static func loadNetwork(folder: String, precision: Precision = .fp32) throws(ModelError) -> SmolVLM {
        try SmolVLM(ModelFolder(path: folder, precision: precision))
    }

    init(_ folder: ModelFolder) throws(ModelError) {
        let file = try folder.configuration
        let section = try file.object("vision_config")
        let (imageSize, patchSize, channels) = try section.patches(imageSize: 512, patchSize: 16)
        let shape = TransformerShape(
            width: 1152, hiddenWidth: 3072, layers: 12, heads: 16, activation: .geluTanh, epsilon: 1e-6)
        let configuration = SigLIPVision.Configuration(
            blocks: try TransformerShape(section, defaults: shape), imageSize: imageSize, patchSize: patchSize,
            channels: channels)
        let factor = try file.integer("scale_factor", default: 2, in: 1...64)
        let side = imageSize / patchSize
        guard side % factor == 0 else {
            throw file.refusal("scale_factor", "\(factor) does not divide the \(side) patches of a side")
        }
        let text = try DecoderConfiguration(file.object("text_config"), alwaysHasAttentionBias: false, of: file)
        guard file.has("image_token_id") else { throw file.refusal("image_token_id", "missing") }
        visualToken = try file.integer("image_token_id", default: 0, in: 0...text.vocabulary - 1)
        let weights = try folder.weights
        (vision, connector, decoder) = try ModelError.wrapping { () throws(WeightsError) in
            let model = weights["model"]
            let vision = try SigLIPVision(model["vision_model"], configuration, hasHead: false)
            let connector = try Linear(
                model["connector"]["modality_projection"]["proj"],
                inputs: configuration.blocks.width * factor * factor, outputs: text.width, hasBias: false)
            let decoder = try TextDecoder(model["text_model"], head: weights["lm_head"], text)
            try weights.finish(ignoring: text.isTied ? ["lm_head.weight"] : [])
            return (vision, connector, decoder)
        }
        (self.factor, self.side, self.imageSize) = (factor, side, imageSize)
    }
}

extension SmolVLM {
    /// Frames [T, 3, S, S], normalised → visual tokens [T · P / f², D], frame after frame. Traces `vision.last`.
    package func visualTokens(_ pixels: Tensor, trace: Trace? = nil) -> Tensor {
        connected(vision.tokens(pixels, trace: trace), frames: pixels.shape[0])
    }

    /// P / f².
    package var tokensPerFrame: Int { side * side / (factor * factor) }

    /// The same for one frame, layer by layer; `pixels` makes its [1, 3, S, S] when the pass begins.
    package func pass(_ pixels: @escaping @Sendable () -> Tensor) -> VisionPass {
        VisionPass(
            embed: { vision.embedded(pixels()) }, layers: vision.trunk.layers,
            apply: { vision.trunk.apply($1, to: &$0, batch: 1) },
            finish: { connected(vision.trunk.last($0), frames: 1) })
    }

    private func connected(_ hidden: Tensor, frames: Int) -> Tensor {
        let grid = hidden.reshaped([frames, side, side, hidden.shape[1]])
        let packed = PixelShuffle.packed(grid, factor: factor)
        return connector(packed.reshaped([hidden.shape[0] / (factor * factor), hidden.shape[1] * factor * factor]))
    }

    /// The ids of a prompt → [M, D], each visual id replaced by the next of `visual`. Throws when the numbers differ.
    package func embedded(_ ids: [Int], visual: Tensor) throws(ModelError) -> Tensor {
        var embedded = decoder.embed(ids)
        try VisualPlaces.fill(&embedded, ids, [visualToken], with: visual)
        return embedded
    }
}
