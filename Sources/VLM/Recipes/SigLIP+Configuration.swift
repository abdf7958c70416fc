import NN

extension SigLIP {
    /// The numbers of a SigLIP `config.json`; what is missing takes transformers' defaults (`configuration_siglip.py`).
    struct Configuration: Equatable, Sendable {
        var vision: SigLIPVision.Configuration
        var text: SigLIPText.Configuration

        private static let blocks = TransformerShape(
            width: 768, hiddenWidth: 3072, layers: 12, heads: 12, activation: .geluTanh, epsilon: 1e-6)

        /// Reads and checks `file`.
        init(_ file: ConfigurationFile) throws(ModelError) {
            let section = try file.object("vision_config")
            let (imageSize, patchSize, channels) = try section.patches(imageSize: 224, patchSize: 16)
            vision = SigLIPVision.Configuration(
                blocks: try Self.vision(section), imageSize: imageSize, patchSize: patchSize, channels: channels)
            text = try Self.text(file.object("text_config"), width: vision.blocks.width)
        }

        /// The blocks of `vision_config`, which must have a pooling head.
        static func vision(_ section: ConfigurationFile) throws(ModelError) -> TransformerShape {
            guard try section.bool("vision_use_head", default: true) else {
                throw section.refusal("vision_use_head", "false, but an encoder needs the pooling head")
            }
            return try TransformerShape(section, defaults: blocks)
        }

        /// `text_config`, whose projection must end at the `width` of the pictures' encodings.
        static func text(_ section: ConfigurationFile, width: Int) throws(ModelError) -> SigLIPText.Configuration {
            let shape = try TransformerShape(section, defaults: blocks)
            let projection =
                section.has("projection_size")
                ? try section.integer("projection_size", default: shape.width, in: 1...65536) : shape.width
            guard projection == width else {
                throw section.refusal("projection_size", "\(projection), but pictures become \(width) numbers")
            }
            return SigLIPText.Configuration(
                blocks: shape, vocabulary: try section.integer("vocab_size", default: 32000, in: 3...4_000_000),
                contextLength: try section.integer("max_position_embeddings", default: 64, in: 2...65536),
                projectionWidth: projection)
        }
    }
}
