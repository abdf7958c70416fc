package import NN

/// A text decoder alone, in the layout that Hugging Face publishes for `LlamaForCausalLM` (Touvron et al. 2023; SmolLM2 has
/// the same form), `MistralForCausalLM` (Jiang et al. 2023) and `Qwen2ForCausalLM` (Yang et al. 2024).
///
///     ids → embedding → DecoderBlock × L → RMS norm → logits
package struct LanguageModel: Sendable {
    /// The network.
    package let decoder: TextDecoder

    /// Loads the decoder in `folder`; reads all weights once, to check them.
    package static func loadNetwork(folder: String, precision: Precision = .fp32) throws(ModelError) -> LanguageModel {
        try LanguageModel(ModelFolder(path: folder, precision: precision))
    }

    init(_ folder: ModelFolder) throws(ModelError) {
        let file = try folder.configuration
        let configuration = try Self.configuration(file)
        let weights = try folder.weights
        decoder = try ModelError.wrapping { () throws(WeightsError) in
            let decoder = try TextDecoder(weights["model"], head: weights["lm_head"], configuration)
            // Older files of tied models repeat the embedding; older LLaMA files hold each block's frequencies.
            let repeated = configuration.isTied ? ["lm_head.weight"] : []
            try weights.finish(ignoring: [".rotary_emb.inv_freq"] + repeated)
            return decoder
        }
    }

    static func configuration(_ file: ConfigurationFile) throws(ModelError) -> DecoderConfiguration {
        let type = try file.string("model_type", default: "(none)")
        guard ["llama", "mistral", "qwen2"].contains(type) else {
            throw .unsupportedModel(
                file: file.path, found: String(type.prefix(60)), supported: ["llama", "mistral", "qwen2"])
        }
        return try DecoderConfiguration(file, alwaysHasAttentionBias: type == "qwen2")
    }
}
