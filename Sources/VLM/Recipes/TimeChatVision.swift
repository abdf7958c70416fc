package import NN

// Letters: T frames · P tokens of a frame · q frame queries · v video queries · D width · L width of the language model.

/// What TimeChat shows its language model (Ren et al., "TimeChat", 2024, section 3): each frame through a Q-Former that reads
/// the frame's time as text, frame positions, then windows of frames through a second Q-Former. With one window over all
/// frames and no text it is Video-LLaMA (Zhang et al. 2023).
///
///     pixels → EVAVision → norm → QFormer (queries, "… sampled at 1.5 second.") → + frame position
///            → for each window: QFormer (video queries) → Linear → tokens
package struct TimeChatVision: Sendable {
    private let vision: EVAVision
    private let visionNorm: LayerNorm
    private let frameQFormer, videoQFormer: QFormer
    private let frameQueries, videoQueries, positions: Tensor
    private let projector: Linear
    /// Frames of a window, and from one window's start to the next.
    package let window, stride: Int

    /// Loads the parts in `folder`, under Hugging Face's names for each.
    package static func load(folder: String) throws(ModelError) -> TimeChatVision {
        try TimeChatVision(ModelFolder(path: folder))
    }

    private init(_ folder: ModelFolder) throws(ModelError) {
        let file = try folder.configuration
        let configuration = try Self.vision(file.object("vision"))
        let frame = try Self.qformer(file.object("frame_qformer"))
        let video = try Self.qformer(file.object("video_qformer"))
        let epsilon = Float(try file.number("ln_vision_eps", default: 1e-5, in: 0...1))
        window = try file.integer("window", default: 32, in: 1...4096)
        stride = try file.integer("stride", default: 32, in: 1...4096)
        guard frame.seenWidth == configuration.blocks.width, video.seenWidth == frame.blocks.width else {
            throw file.refusal("frame_qformer.encoder_hidden_size", "the widths of the parts do not follow each other")
        }
        let weights = try folder.weights
        let shapes = weights.entries
        func extent(_ key: String, _ axis: Int) throws(ModelError) -> Int {
            guard let shape = shapes[key]?.shape, shape.count > axis else {
                throw .weights(.missingKey(file: folder.path, key: key))
            }
            return shape[axis]
        }
        let frameCount = try extent("query_tokens", 1)
        let videoCount = try extent("video_query_tokens", 1)
        let places = try extent("video_frame_position_embedding", 0)
        let outputs = try extent("llama_proj.weight", 0)
        do throws(WeightsError) {
            vision = try EVAVision(weights["vision"], configuration)
            visionNorm = try LayerNorm(weights["ln_vision"], width: configuration.blocks.width, epsilon: epsilon)
            frameQFormer = try QFormer(weights["frame_qformer"], frame)
            videoQFormer = try QFormer(weights["video_qformer"], video)
            frameQueries = try weights.tensor("query_tokens", shape: [1, frameCount, frame.blocks.width])[0]
            videoQueries = try weights.tensor("video_query_tokens", shape: [1, videoCount, video.blocks.width])[0]
            positions = try weights.tensor("video_frame_position_embedding", shape: [places, frame.blocks.width])
            projector = try Linear(weights["llama_proj"], inputs: video.blocks.width, outputs: outputs)
            // The norm behind EVA is `ln_vision`; the tower's own is in the file and on no path.
            try weights.finish(ignoring: ["vision.post_layernorm.weight", "vision.post_layernorm.bias"])
        } catch { throw .weights(error) }
    }

    private static func vision(_ section: ConfigurationFile) throws(ModelError) -> EVAVision.Configuration {
        let (imageSize, patchSize, channels) = try section.patches(imageSize: 224, patchSize: 14)
        let shape = TransformerShape(
            width: 1408, hiddenWidth: 6144, layers: 39, heads: 16, activation: .gelu, epsilon: 1e-6)
        return EVAVision.Configuration(
            blocks: try TransformerShape(section, defaults: shape), imageSize: imageSize, patchSize: patchSize,
            channels: channels)
    }

    private static func qformer(_ section: ConfigurationFile) throws(ModelError) -> QFormer.Configuration {
        let shape = TransformerShape(
            width: 768, hiddenWidth: 3072, layers: 12, heads: 12, activation: .gelu, epsilon: 1e-12)
        let readsText = try section.bool("use_qformer_text_input", default: true)
        return QFormer.Configuration(
            blocks: try TransformerShape(section, defaults: shape),
            crossFrequency: try section.integer("cross_attention_frequency", default: 2, in: 1...512),
            seenWidth: try section.integer("encoder_hidden_size", default: 1408, in: 1...65536),
            text: readsText
                ? .init(
                    vocabulary: try section.integer("vocab_size", default: 30522, in: 1...4_000_000),
                    contextLength: try section.integer("max_position_embeddings", default: 512, in: 1...65536)) : nil)
    }
}

extension TimeChatVision {
    /// Frames [T, 3, S, S], normalised, and the ids of each frame's text → one tensor [q, D] for each frame, its position
    /// added. Traces `vit`, `ln_vision`, `frame_qformer` and `frame_plus_pos`.
    package func frames(_ pixels: Tensor, texts: [[Int]], trace: Trace? = nil) -> [Tensor] {
        let count = pixels.shape[0]
        precondition(texts.count == count && count <= positions.shape[0], "\(count) frames, \(texts.count) texts")
        let hidden = vision.encode(pixels)
        trace?("vit", hidden)
        let seen = visionNorm(hidden)
        trace?("ln_vision", seen)
        let tokens = seen.shape[0] / max(1, count)
        let encoded = (0..<count).map { frame in
            frameQFormer.encode(frameQueries, text: texts[frame], on: seen.rows(frame * tokens..<(frame + 1) * tokens))
        }
        trace?("frame_qformer", Tensor(joining: encoded))
        let placed = encoded.enumerated().map { index, frame in
            var frame = frame
            frame.add(positions.gathered(rows: Array(repeating: index, count: frame.shape[0])))
            return frame
        }
        trace?("frame_plus_pos", Tensor(joining: placed))
        return placed
    }

    /// Frames [q, D] each → video tokens [v, D] of each window, one after the other; the last window may be short.
    package func windows(_ frames: [Tensor], window: Int, stride: Int) -> Tensor {
        Tensor(
            joining: Swift.stride(from: 0, to: frames.count, by: stride).map { start in
                let seen = Tensor(joining: Array(frames[start..<min(start + window, frames.count)]))
                return videoQFormer.encode(videoQueries, on: seen)
            })
    }

    /// Video tokens [N, D] → [N, L].
    package func projected(_ tokens: Tensor) -> Tensor { projector(tokens) }
}
