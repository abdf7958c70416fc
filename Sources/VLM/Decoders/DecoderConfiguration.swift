import NN

// Letters: D width · H heads · G key heads · K width of a head · M width of the hidden layer · V vocabulary · L layers.

/// The numbers of a decoder's `config.json`, as LLaMA and its descendants name them.
package struct DecoderConfiguration: Equatable, Sendable {
    /// D, `hidden_size`.
    var width: Int
    /// M, `intermediate_size`.
    var hiddenWidth: Int
    /// L, `num_hidden_layers`.
    var layers: Int
    /// H, `num_attention_heads`; G, `num_key_value_heads`; K, `head_dim`.
    var heads, keyHeads, headWidth: Int
    /// V, `vocab_size`.
    var vocabulary: Int
    /// `max_position_embeddings`.
    var contextLength: Int
    /// `rms_norm_eps`
    var epsilon: Float
    /// `hidden_act`
    var activation: Activation
    /// `rope_theta`
    var rotaryBase: Double
    /// `tie_word_embeddings`: logits are products with the rows of the embedding.
    var isTied: Bool
    /// Biases of queries, keys and values; of the attention's output; of the second half.
    var hasAttentionBias, hasOutputBias, hasHiddenBias: Bool

    /// G·K.
    var keyWidth: Int { keyHeads * headWidth }

    /// Reads and checks `file`, what is missing as in `LlamaConfig`; `biases` is true for models that always have them on
    /// queries, keys and values (Qwen2).
    ///
    /// `whole` is the file around a section: models of several parts say there that the head is tied.
    init(
        _ file: ConfigurationFile, alwaysHasAttentionBias: Bool, of whole: ConfigurationFile? = nil
    ) throws(ModelError) {
        width = try file.integer("hidden_size", default: 4096, in: 1...65536)
        hiddenWidth = try file.integer("intermediate_size", default: 11008, in: 1...262_144)
        layers = try file.integer("num_hidden_layers", default: 32, in: 1...512)
        heads = try file.integer("num_attention_heads", default: 32, in: 1...1024)
        keyHeads =
            file.has("num_key_value_heads")
            ? try file.integer("num_key_value_heads", default: heads, in: 1...heads) : heads
        guard heads % keyHeads == 0 else {
            throw file.refusal("num_key_value_heads", "\(keyHeads) does not divide num_attention_heads \(heads)")
        }
        headWidth = file.has("head_dim") ? try file.integer("head_dim", default: 1, in: 2...4096) : width / heads
        guard headWidth > 0, headWidth % 2 == 0 else {
            throw file.refusal("head_dim", "\(headWidth), but rotary positions need an even width")
        }
        vocabulary = try file.integer("vocab_size", default: 32000, in: 1...4_000_000)
        contextLength = try file.integer("max_position_embeddings", default: 2048, in: 1...16_777_216)
        epsilon = Float(try file.number("rms_norm_eps", default: 1e-6, in: 0...1))
        activation = try file.activation("hidden_act", default: .silu)
        let isTiedAround = try whole?.bool("tie_word_embeddings", default: false) ?? false
        isTied = try file.bool("tie_word_embeddings", default: false) || isTiedAround
        let bias = try file.bool("attention_bias", default: false)
        hasAttentionBias = alwaysHasAttentionBias || bias
        hasOutputBias = bias && !alwaysHasAttentionBias
        hasHiddenBias = try file.bool("mlp_bias", default: false)
        rotaryBase = try Self.rotaryBase(file)
        try Self.checkWindow(file, contextLength)
    }

    /// `rope_theta`, which newer files keep in `rope_parameters`. Scaled positions are refused.
    private static func rotaryBase(_ file: ConfigurationFile) throws(ModelError) -> Double {
        for key in ["rope_parameters", "rope_scaling"] where file.has(key) {
            let section = try file.object(key)
            let type = try section.string("rope_type", default: try section.string("type", default: "default"))
            guard type == "default" else {
                throw section.refusal("rope_type", "\"\(type.prefix(60))\" is not supported")
            }
        }
        let section = try file.object("rope_parameters")
        let base = try file.number("rope_theta", default: 10000, in: 1...1e12)
        return try section.number("rope_theta", default: base, in: 1...1e12)
    }

    /// A window that hides nothing of the longest text is no window; any other is refused.
    private static func checkWindow(_ file: ConfigurationFile, _ contextLength: Int) throws(ModelError) {
        guard try file.bool("use_sliding_window", default: true), file.has("sliding_window") else { return }
        let window = try file.integer("sliding_window", default: contextLength, in: 1...Int(Int32.max))
        guard window >= contextLength else {
            throw file.refusal("sliding_window", "\(window), attention in a window is not supported")
        }
    }
}
