import NN

extension CLIP {
    /// The numbers of a CLIP `config.json`; what is missing takes transformers' defaults (`configuration_clip.py`).
    struct Configuration: Equatable, Sendable {
        var vision: CLIPVision.Configuration
        var text: CLIPText.Configuration
        /// `projection_dim`.
        var projectionWidth: Int

        private static let vit = TransformerShape(
            width: 768, hiddenWidth: 3072, layers: 12, heads: 12, activation: .quickGELU, epsilon: 1e-5)
        private static let textBlocks = TransformerShape(
            width: 512, hiddenWidth: 2048, layers: 12, heads: 8, activation: .quickGELU, epsilon: 1e-5)

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
            let (imageSize, patchSize, channels) = try section.patches(imageSize: 224, patchSize: 32)
            return CLIPVision.Configuration(
                blocks: try TransformerShape(section, defaults: vit), imageSize: imageSize,
                patchSize: patchSize, channels: channels)
        }

        private static func text(_ section: ConfigurationFile) throws(ModelError) -> CLIPText.Configuration {
            CLIPText.Configuration(
                blocks: try TransformerShape(section, defaults: textBlocks),
                vocabulary: try section.integer("vocab_size", default: 49408, in: 3...4_000_000),
                contextLength: try section.integer("max_position_embeddings", default: 77, in: 3...65536),
                endToken: try section.integer("eos_token_id", default: 49407, in: 0...4_000_000))
        }
    }
}
