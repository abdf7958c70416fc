package import NN

// Letters: N patches · M tokens of a prompt · F visual tokens · D width of the decoder.

/// VideoLLaMA3 (Zhang et al., "VideoLLaMA 3", 2025). Loads what DAMO-NLP-SG publishes and what Hugging Face publishes as
/// `VideoLlama3ForConditionalGeneration`; the two differ in key names and in the form of `config.json`.
///
///     frames → patches → AnyResolutionVision (2 × 2 merged) → MLPProjector → kept by FrameDifferenceFilter ┐
///     prompt → ids → embedding, visual places replaced ←────────────────────────────────────────────────────┘
///            → TextDecoder (Qwen2) → logits
package struct VideoLLaMA3: Sendable {
    private let vision: AnyResolutionVision
    /// p.
    let patchSize: Int
    private let projector: MLPProjector
    /// The language model.
    package let decoder: TextDecoder
    /// Ids that stand for one visual token each.
    package let visualTokens: Set<Int>
    /// The id that stands for one visual token of a frame.
    let frameToken: Int
    /// Whether the folder has its authors' layout.
    let isOriginal: Bool

    /// Loads the networks in `folder`; reads all weights once, to check them.
    package static func loadNetwork(folder: String, precision: Precision = .fp32) throws(ModelError) -> VideoLLaMA3 {
        try VideoLLaMA3(ModelFolder(path: folder, precision: precision))
    }

    /// Which of the two published forms a folder has: where it keeps each part.
    private enum Layout {
        case huggingFace, damo

        func vision(_ weights: Checkpoint) -> Checkpoint {
            weights["model"][self == .damo ? "vision_encoder" : "vision_model"]
        }

        func projector(_ weights: Checkpoint) -> Checkpoint {
            weights["model"][self == .damo ? "mm_projector" : "projector"]["readout"]
        }

        func decoder(_ weights: Checkpoint) -> Checkpoint {
            self == .damo ? weights["model"] : weights["model"]["language_model"]
        }

        func visionSection(_ file: ConfigurationFile) throws(ModelError) -> ConfigurationFile {
            try file.object(self == .damo ? "vision_encoder_config" : "vision_config")
        }

        func textSection(_ file: ConfigurationFile) throws(ModelError) -> ConfigurationFile {
            self == .damo ? file : try file.object("text_config")
        }

        var visualKeys: [String] { self == .damo ? ["image_token_index"] : ["image_token_id", "video_token_id"] }
    }

    init(_ folder: ModelFolder) throws(ModelError) {
        let file = try folder.configuration
        let isOriginal = try file.string("model_type", default: "(none)") == "videollama3_qwen2"
        let layout = isOriginal ? Layout.damo : Layout.huggingFace
        let configuration = try Self.vision(layout.visionSection(file))
        let text = try DecoderConfiguration(layout.textSection(file), alwaysHasAttentionBias: true, of: file)
        let kind = try file.string("mm_projector_type", default: "mlp2x_gelu")
        guard kind == "mlp2x_gelu" else { throw file.refusal("mm_projector_type", "\"\(kind)\" is not supported") }
        var visualTokens: Set<Int> = []
        for key in layout.visualKeys {
            guard file.has(key) else { throw file.refusal(key, "missing") }
            visualTokens.insert(try file.integer(key, default: 0, in: 0...text.vocabulary - 1))
        }
        self.visualTokens = visualTokens
        // The last key is that of frames.
        frameToken = try file.integer(layout.visualKeys.last ?? "", default: 0, in: 0...text.vocabulary - 1)
        self.isOriginal = isOriginal
        patchSize = configuration.patchSize
        let weights = try folder.weights
        (vision, projector, decoder) = try ModelError.wrapping { () throws(WeightsError) in
            let vision = try AnyResolutionVision(layout.vision(weights), configuration)
            let projector = try MLPProjector(
                layout.projector(weights), "0", "2", inputs: configuration.blocks.width,
                outputs: text.width)
            let decoder = try TextDecoder(layout.decoder(weights), head: weights["lm_head"], text)
            try weights.finish(ignoring: text.isTied ? ["lm_head.weight"] : [])
            return (vision, projector, decoder)
        }
    }

    private static func vision(_ section: ConfigurationFile) throws(ModelError) -> AnyResolutionVision.Configuration {
        let (_, patchSize, channels) = try section.patches(imageSize: 4096, patchSize: 14)
        let shape = TransformerShape(
            width: 1152, hiddenWidth: 4304, layers: 27, heads: 16, activation: .geluTanh, epsilon: 1e-6)
        let blocks = try TransformerShape(section, defaults: shape)
        guard blocks.width / blocks.heads % 4 == 0 else {
            throw section.refusal("num_attention_heads", "\(blocks.heads), rotary positions need heads of width 4·n")
        }
        let base = try section.object("rope_parameters").number("rope_theta", default: 10000, in: 1...1e12)
        return AnyResolutionVision.Configuration(
            blocks: blocks, patchSize: patchSize, channels: channels, rotaryBase: base)
    }
}

extension VideoLLaMA3 {
    /// patches [N, 3·p·p] of one clip or picture, normalised to −1…1 → features of all its tokens, as the vision tower gives
    /// them. Traces `vision.hidden.0` ….
    package func features(_ patches: Tensor, _ grid: PatchGrid, trace: Trace? = nil) -> Tensor {
        vision.encode(patches, grid, trace: trace)
    }

    /// features [F, …] → visual tokens [F, D].
    package func projected(_ features: Tensor) -> Tensor { projector(features) }

    /// The visual tokens of one frame whose patches [N, 3·p·p] lie in `grid`, layer by layer; those that `kept` names.
    package func pass(_ patches: Tensor, _ grid: PatchGrid, kept: [Bool]) -> VisionPass {
        let positions = vision.positions(grid)
        return VisionPass(
            embed: { vision.embedded(patches, grid) }, layers: vision.layers,
            apply: { vision.apply($1, to: &$0, grid, positions) },
            finish: { hidden in
                projector(vision.last(hidden, grid).gathered(rows: kept.indices.filter { kept[$0] }))
            })
    }

    /// The ids of a prompt, with as many visual ids as there are `visual` tokens [F, D] → [M, D], each visual id replaced by the
    /// next of them. Throws when the numbers differ.
    package func embedded(_ ids: [Int], visual: Tensor) throws(ModelError) -> Tensor {
        var embedded = decoder.embed(ids)
        try VisualPlaces.fill(&embedded, ids, visualTokens, with: visual)
        return embedded
    }
}
