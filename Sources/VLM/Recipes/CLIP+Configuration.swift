import NN

extension CLIP {
    /// The numbers of a CLIP `config.json`; what is missing takes transformers' defaults (`configuration_clip.py`).
    struct Configuration: Equatable, Sendable {
        var vision: CLIPVision.Configuration
        var text: CLIPText.Configuration
        /// `projection_dim`.
        var projectionWidth: Int

        /// Reads and checks `file`.
        init(_ file: ConfigurationFile) throws(ModelError) {
            vision = try Self.vision(Self.section("vision_config", of: file))
            text = try Self.text(Self.section("text_config", of: file))
            projectionWidth = try file.integer("projection_dim", default: 512, in: 1...65536)
        }

        /// Old files carry a `…_config_dict` beside the section; where it is not null, it wins.
        private static func section(_ name: String, of file: ConfigurationFile) throws(ModelError) -> ConfigurationFile
        {
            try file.object(file.has(name + "_dict") ? name + "_dict" : name)
        }

        private static func vision(_ section: ConfigurationFile) throws(ModelError) -> CLIPVision.Configuration {
            let imageSize = try section.integer("image_size", default: 224, in: 1...4096)
            let patchSize = try section.integer("patch_size", default: 32, in: 1...4096)
            guard patchSize <= imageSize else {
                throw section.refusal("patch_size", "\(patchSize), larger than image_size \(imageSize)")
            }
            let channels = try section.integer("num_channels", default: 3, in: 1...16)
            guard channels == 3 else { throw section.refusal("num_channels", "\(channels), pictures have 3") }
            return CLIPVision.Configuration(
                blocks: try blocks(section, width: 768, hiddenWidth: 3072, heads: 12), imageSize: imageSize,
                patchSize: patchSize, channels: channels)
        }

        private static func text(_ section: ConfigurationFile) throws(ModelError) -> CLIPText.Configuration {
            CLIPText.Configuration(
                blocks: try blocks(section, width: 512, hiddenWidth: 2048, heads: 8),
                vocabulary: try section.integer("vocab_size", default: 49408, in: 3...4_000_000),
                contextLength: try section.integer("max_position_embeddings", default: 77, in: 3...65536),
                endToken: try section.integer("eos_token_id", default: 49407, in: 0...4_000_000))
        }

        private static func blocks(
            _ section: ConfigurationFile, width: Int, hiddenWidth: Int, heads: Int
        ) throws(ModelError) -> TransformerShape {
            let shape = TransformerShape(
                width: try section.integer("hidden_size", default: width, in: 1...65536),
                hiddenWidth: try section.integer("intermediate_size", default: hiddenWidth, in: 1...262_144),
                layers: try section.integer("num_hidden_layers", default: 12, in: 1...512),
                heads: try section.integer("num_attention_heads", default: heads, in: 1...1024),
                activation: try section.activation("hidden_act", default: .quickGELU),
                epsilon: Float(try section.number("layer_norm_eps", default: 1e-5, in: 0...1)))
            guard shape.width % shape.heads == 0 else {
                throw section.refusal(
                    "num_attention_heads", "\(shape.heads) does not divide hidden_size \(shape.width)")
            }
            return shape
        }
    }
}
