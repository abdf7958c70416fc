package import NN

// Letters: T frames · S side of a frame · P patches · M tokens of a prompt · D width of the decoder.

/// Video-LLaVA (Lin et al., "Video-LLaVA", 2023). Loads what Hugging Face publishes as `VideoLlavaForConditionalGeneration`:
/// a tower for pictures and one for frames, one projector for both.
///
///     picture → CLIPVision, next-to-last layer, without the class token ┐
///     frames  → CLIPVision, next-to-last layer, with it ─────────────────┼→ MLPProjector → visual tokens ┐
///     prompt  → ids → embedding, visual places replaced ←──────────────────────────────────────────────────┘
///             → TextDecoder (Vicuna) → logits
package struct VideoLLaVA: Sendable {
    private let pictures, frames: CLIPVision
    private let projector: MLPProjector
    private let layers: Int
    /// S.
    let imageSize: Int
    /// P + 1.
    package let tokensPerFrame: Int
    /// The language model.
    package let decoder: TextDecoder
    /// The ids that stand for one visual token of a picture and of a video.
    package let pictureToken, videoToken: Int

    /// Loads the networks in `folder`; reads all weights once, to check them.
    package static func loadNetwork(folder: String, precision: Precision = .fp32) throws(ModelError) -> VideoLLaVA {
        try VideoLLaVA(ModelFolder(path: folder, precision: precision))
    }

    init(_ folder: ModelFolder) throws(ModelError) {
        let file = try folder.configuration
        let section = try file.object("vision_config")
        let (imageSize, patchSize, channels) = try section.patches(imageSize: 224, patchSize: 14)
        let shape = TransformerShape(
            width: 1024, hiddenWidth: 4096, layers: 24, heads: 16, activation: .quickGELU, epsilon: 1e-5)
        let configuration = CLIPVision.Configuration(
            blocks: try TransformerShape(section, defaults: shape), imageSize: imageSize, patchSize: patchSize,
            channels: channels)
        let last = try file.integer("vision_feature_layer", default: -2, in: -configuration.blocks.layers - 1 ... -1)
        let strategy = try file.string("vision_feature_select_strategy", default: "default")
        guard strategy == "default" else {
            throw file.refusal("vision_feature_select_strategy", "\"\(strategy)\" is not supported")
        }
        let text = try DecoderConfiguration(file.object("text_config"), alwaysHasAttentionBias: false, of: file)
        for key in ["image_token_index", "video_token_index"] where !file.has(key) {
            throw file.refusal(key, "missing")
        }
        pictureToken = try file.integer("image_token_index", default: 0, in: 0...text.vocabulary - 1)
        videoToken = try file.integer("video_token_index", default: 0, in: 0...text.vocabulary - 1)
        let weights = try folder.weights
        (pictures, frames, projector, decoder) = try ModelError.wrapping { () throws(WeightsError) in
            let pictures = try CLIPVision(Self.tower("image_tower", weights), configuration)
            let frames = try CLIPVision(Self.tower("video_tower", weights), configuration)
            let projector = try MLPProjector(
                weights["multi_modal_projector"], "linear_1", "linear_2", inputs: configuration.blocks.width,
                outputs: text.width)
            let language = weights["language_model"]
            let decoder = try TextDecoder(language["model"], head: language["lm_head"], text)
            let repeated = text.isTied ? ["language_model.lm_head.weight"] : []
            try weights.finish(ignoring: [".embeddings.position_ids", ".rotary_emb.inv_freq"] + repeated)
            return (pictures, frames, projector, decoder)
        }
        // Hidden states count from the embedding, so −1 is the last block's output.
        layers = configuration.blocks.layers + 1 + last
        (self.imageSize, tokensPerFrame) = (imageSize, configuration.patches + 1)
    }

    /// Published files keep a tower below `vision_model`, newer ones do not.
    private static func tower(_ name: String, _ weights: Checkpoint) -> Checkpoint {
        let tower = weights[name]
        return tower["vision_model"]["embeddings"].contains("class_embedding") ? tower["vision_model"] : tower
    }
}

extension VideoLLaVA {
    /// Pictures [T, 3, S, S], normalised → visual tokens [T · P, D].
    package func pictureTokens(_ pixels: Tensor) -> Tensor {
        let hidden = pictures.hidden(pixels, layers: layers)
        let tokens = hidden.shape[0] / pixels.shape[0]
        return projector(hidden.gathered(rows: (0..<hidden.shape[0]).filter { $0 % tokens != 0 }))
    }

    /// Frames [T, 3, S, S], normalised → visual tokens [T · (P + 1), D].
    package func videoTokens(_ pixels: Tensor) -> Tensor { projector(frames.hidden(pixels, layers: layers)) }

    /// The same for one frame, layer by layer; `pixels` makes its [1, 3, S, S] when the pass begins.
    package func pass(_ pixels: @escaping @Sendable () -> Tensor) -> VisionPass {
        VisionPass(
            embed: { frames.embedded(pixels()) }, layers: layers, apply: { frames.apply($1, to: &$0, batch: 1) },
            finish: { projector($0) })
    }

    /// The ids of a prompt → [M, D], visual ids replaced by the tokens of pictures and of videos. Throws when the numbers
    /// differ.
    package func embedded(_ ids: [Int], pictures: Tensor, videos: Tensor) throws(ModelError) -> Tensor {
        var embedded = decoder.embed(ids)
        try VisualPlaces.fill(&embedded, ids, [pictureToken], with: pictures)
        try VisualPlaces.fill(&embedded, ids, [videoToken], with: videos)
        return embedded
    }
}
