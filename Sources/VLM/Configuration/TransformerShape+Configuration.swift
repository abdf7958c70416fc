import NN

extension TransformerShape {
    /// Reads and checks the fields of `section`; what is missing is taken from `defaults`, the model's own.
    package init(_ section: ConfigurationFile, defaults: TransformerShape) throws(ModelError) {
        self.init(
            width: try section.integer("hidden_size", default: defaults.width, in: 1...65536),
            hiddenWidth: try section.integer("intermediate_size", default: defaults.hiddenWidth, in: 1...262_144),
            layers: try section.integer("num_hidden_layers", default: defaults.layers, in: 1...512),
            heads: try section.integer("num_attention_heads", default: defaults.heads, in: 1...1024),
            activation: try section.activation("hidden_act", default: defaults.activation),
            epsilon: Float(try section.number("layer_norm_eps", default: Double(defaults.epsilon), in: 0...1)))
        guard width % heads == 0 else {
            throw section.refusal("num_attention_heads", "\(heads) does not divide hidden_size \(width)")
        }
    }
}

extension ConfigurationFile {
    /// `patch_size`, `num_channels` and, where the model has one size, `image_size` of a vision section.
    package func patches(
        imageSize: Int, patchSize: Int
    ) throws(ModelError) -> (imageSize: Int, patchSize: Int, channels: Int) {
        let image = try integer("image_size", default: imageSize, in: 1...4096)
        let patch = try integer("patch_size", default: patchSize, in: 1...4096)
        guard patch <= image else { throw refusal("patch_size", "\(patch), larger than image_size \(image)") }
        let channels = try integer("num_channels", default: 3, in: 1...16)
        guard channels == 3 else { throw refusal("num_channels", "\(channels), pictures have 3") }
        return (image, patch, channels)
    }
}
