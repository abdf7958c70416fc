import NN

extension BLIP2 {
    /// The numbers of a BLIP-2 `config.json`; what is missing takes transformers' defaults (`configuration_blip_2.py`), but for
    /// sizes that only the weights say where a folder holds LAVIS' own.
    struct Configuration: Equatable, Sendable {
        var vision: EVAVision.Configuration
        /// Of the norm behind the tower.
        var lastEpsilon: Float
        var qFormer: QFormer.Configuration
        var text: QFormer.Configuration.TextSize
        /// q, `num_query_tokens`.
        var queries: Int
        /// D, `image_text_hidden_size`.
        var width: Int

        // configuration_blip_2.py: Blip2VisionConfig, Blip2QFormerConfig
        private static let eva = TransformerShape(
            width: 1408, hiddenWidth: 6144, layers: 39, heads: 16, activation: .gelu, epsilon: 1e-6)
        private static let bert = TransformerShape(
            width: 768, hiddenWidth: 3072, layers: 12, heads: 12, activation: .gelu, epsilon: 1e-12)

        /// Reads and checks `file` for the weights of `layout`.
        init(_ file: ConfigurationFile, _ layout: BLIP2Layout) throws(ModelError) {
            let section = try file.object("vision_config")
            let (image, patch, channels) = try section.patches(imageSize: layout.imageSize ?? 224, patchSize: 14)
            vision = EVAVision.Configuration(
                blocks: try TransformerShape(section, defaults: Self.eva), imageSize: image, patchSize: patch,
                channels: channels)
            // LAVIS ends its tower with a norm of torch's own epsilon.
            lastEpsilon = layout.isOriginal ? 1e-5 : vision.blocks.epsilon
            let reader = try file.object("qformer_config")
            text = QFormer.Configuration.TextSize(
                vocabulary: try reader.integer(
                    "vocab_size", default: layout.isOriginal ? 30523 : 30522, in: 3...4_000_000),
                contextLength: try reader.integer("max_position_embeddings", default: 512, in: 3...65536))
            qFormer = QFormer.Configuration(
                blocks: try TransformerShape(reader, defaults: Self.bert),
                crossFrequency: try reader.integer("cross_attention_frequency", default: 2, in: 1...512),
                seenWidth: try reader.integer("encoder_hidden_size", default: 1408, in: 1...65536), text: text)
            guard qFormer.seenWidth == vision.blocks.width else {
                throw reader.refusal(
                    "encoder_hidden_size", "\(qFormer.seenWidth), the tower's is \(vision.blocks.width)")
            }
            queries = try file.integer("num_query_tokens", default: 32, in: 1...1024)
            width = try file.integer("image_text_hidden_size", default: 256, in: 1...65536)
        }
    }
}

/// The weights of a BLIP-2 folder under Hugging Face's keys, whoever wrote them.
struct BLIP2Layout {
    /// The weights; ``Checkpoint/finish(ignoring:)`` is for those that these came from.
    let weights: Checkpoint
    /// Whether the files hold LAVIS' own keys.
    let isOriginal: Bool
    /// S, where the positions of LAVIS' tower say it, for patches of 14 pixels.
    let imageSize: Int?

    /// Keys that are known and on no path of this model: the head that judges pairs, the head that writes text, the temperature,
    /// and positions 0, 1, 2 ….
    static let unused = [
        "itm_head.weight", "itm_head.bias", "model.itm_head.weight", "model.itm_head.bias", "temp", "model.temp",
        ".position_ids", ".cls.predictions.bias", ".cls.predictions.transform.dense.weight",
        ".cls.predictions.transform.dense.bias", ".cls.predictions.transform.LayerNorm.weight",
        ".cls.predictions.transform.LayerNorm.bias", ".cls.predictions.decoder.weight", ".cls.predictions.decoder.bias",
    ]

    init(_ all: Checkpoint) {
        let mark = "visual_encoder.cls_token"
        let keys = all.entries
        guard let key = [mark, "model." + mark].first(where: { keys[$0] != nil }) else {
            (weights, isOriginal, imageSize) = (all, false, nil)
            return
        }
        let prefix = String(key.dropLast(mark.count))
        let places = keys[prefix + "visual_encoder.pos_embed"]?.shape.dropFirst().first ?? 1
        var side = 0
        while (side + 1) * (side + 1) < places { side += 1 }
        weights = all.renamed { prefix + Self.original($0) }
        isOriginal = true
        imageSize = 14 * max(1, side)
    }

    /// What LAVIS calls Hugging Face's `key`.
    static func original(_ key: String) -> String {
        let parts = key.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        func joined(_ new: [String], _ kept: ArraySlice<String>) -> String { (new + kept).joined(separator: ".") }
        switch parts[0] {
        case "vision_model": return vision(parts.dropFirst())
        case "embeddings": return joined(["Qformer", "bert", "embeddings"], parts.dropFirst())
        case "vision_projection": return joined(["vision_proj"], parts.dropFirst())
        case "text_projection": return joined(["text_proj"], parts.dropFirst())
        case "qformer" where parts.count > 1 && parts[1] == "layernorm":
            return joined(["Qformer", "bert", "embeddings", "LayerNorm"], parts.dropFirst(2))
        case "qformer":
            var rest = parts.dropFirst()
            // encoder.layer.3.attention.attention.query: its inner name is "self" there.
            if rest.count > 4, rest[rest.startIndex + 4] == "attention" { rest[rest.startIndex + 4] = "self" }
            return joined(["Qformer", "bert"], rest)
        default: return key
        }
    }

    private static func vision(_ parts: ArraySlice<String>) -> String {
        let names = Array(parts)
        if names.first == "embeddings", names.count > 1 {
            let tables = ["class_embedding": "cls_token", "position_embedding": "pos_embed"]
            let name = tables[names[1]] ?? (["patch_embed", "proj"] + names.dropFirst(2)).joined(separator: ".")
            return "visual_encoder." + name
        }
        if names.first == "post_layernorm" { return (["ln_vision"] + names.dropFirst()).joined(separator: ".") }
        // encoder.layers.3.self_attn.projection.weight → blocks.3.attn.proj.weight
        let inner = ["self_attn": "attn", "projection": "proj", "layer_norm1": "norm1", "layer_norm2": "norm2"]
        let rest = names.dropFirst(2).map { inner[$0] ?? $0 }
        return (["visual_encoder", "blocks"] + rest).joined(separator: ".")
    }
}
