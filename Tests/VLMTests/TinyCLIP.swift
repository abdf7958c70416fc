import Foundation
import TestSupport

/// Writes CLIP folders of a few thousand seeded random weights, whole or damaged on purpose.
struct TinyCLIP {
    /// Floats of each tensor by key; shapes beside them.
    var tensors: [(key: String, shape: [Int])] = []
    /// Values to put in place of the random ones.
    var replaced: [String: [Float]] = [:]
    var config: [String: Any]

    static let tokenizerFolder = Fixtures.folder.appending(path: "clip/tokenizer")

    init() {
        let common: [String: Any] = [
            "hidden_size": 8, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
        ]
        let text: [String: Any] = ["vocab_size": 1114, "max_position_embeddings": 16, "eos_token_id": 1113]
        let vision: [String: Any] = ["image_size": 16, "patch_size": 8]
        config = [
            "model_type": "clip", "projection_dim": 6,
            "text_config": common.merging(text) { $1 }, "vision_config": common.merging(vision) { $1 },
        ]
        tensors = [
            ("logit_scale", []), ("text_projection.weight", [6, 8]), ("visual_projection.weight", [6, 8]),
            ("text_model.embeddings.token_embedding.weight", [1114, 8]),
            ("text_model.embeddings.position_embedding.weight", [16, 8]),
            ("text_model.final_layer_norm.weight", [8]), ("text_model.final_layer_norm.bias", [8]),
            ("vision_model.embeddings.class_embedding", [8]),
            ("vision_model.embeddings.patch_embedding.weight", [8, 3, 8, 8]),
            ("vision_model.embeddings.position_embedding.weight", [5, 8]),
            ("vision_model.pre_layrnorm.weight", [8]), ("vision_model.pre_layrnorm.bias", [8]),
            ("vision_model.post_layernorm.weight", [8]), ("vision_model.post_layernorm.bias", [8]),
        ]
        for tower in ["text_model", "vision_model"] {
            let layer = tower + ".encoder.layers.0."
            for name in ["k_proj", "q_proj", "v_proj", "out_proj"] {
                tensors += [(layer + "self_attn.\(name).weight", [8, 8]), (layer + "self_attn.\(name).bias", [8])]
            }
            for name in ["layer_norm1", "layer_norm2"] {
                tensors += [(layer + name + ".weight", [8]), (layer + name + ".bias", [8])]
            }
            tensors += [
                (layer + "mlp.fc1.weight", [16, 8]), (layer + "mlp.fc1.bias", [16]),
                (layer + "mlp.fc2.weight", [8, 16]),
                (layer + "mlp.fc2.bias", [8]),
            ]
        }
    }

    /// Sets `key` of section `section` of the configuration.
    mutating func set(_ section: String, _ key: String, to value: Any) {
        var entries = config[section] as? [String: Any] ?? [:]
        entries[key] = value
        config[section] = entries
    }

    /// Writes the folder with the tokenizer files named.
    func write(to folder: ScratchFolder, tokenizer files: [String] = ["tokenizer.json"]) throws {
        try folder.write(config, to: "config.json")
        try folder.write(weights(), to: "model.safetensors")
        for file in files { try folder.copy(Self.tokenizerFolder.appending(path: file)) }
    }

    private func weights() throws -> [UInt8] {
        var (entries, data, state) = ([String: Any](), [UInt8](), UInt32(12345))
        for (key, shape) in tensors {
            let start = data.count
            for index in 0..<shape.reduce(1, *) {
                state = state &* 1_664_525 &+ 1_013_904_223
                let value = replaced[key]?[index] ?? Float(state >> 8) / Float(1 << 24) - 0.5
                data += withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init)
            }
            entries[key] = ["dtype": "F32", "shape": shape, "data_offsets": [start, data.count]] as [String: Any]
        }
        let header = [UInt8](try JSONSerialization.data(withJSONObject: entries, options: .sortedKeys))
        return withUnsafeBytes(of: UInt64(header.count).littleEndian, Array.init) + header + data
    }
}
