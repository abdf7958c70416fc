import Foundation
import TestSupport

/// Writes model folders of a few thousand seeded random weights, whole or damaged on purpose.
struct TinyModel {
    var config: [String: Any]
    var tensors: [(key: String, shape: [Int])]
    /// Values to put in place of the random ones.
    var replaced: [String: [Float]] = [:]
    /// Files beside the weights.
    var files: [(name: String, bytes: [UInt8])] = []

    /// Writes the folder.
    func write(to folder: ScratchFolder) throws {
        try folder.write(config, to: "config.json")
        try folder.write(try weights(), to: "model.safetensors")
        for file in files { try folder.write(file.bytes, to: file.name) }
    }

    func weights() throws -> [UInt8] {
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

    /// A transformer block's tensors under the names of CLIP and SigLIP.
    static func block(_ prefix: String, width: Int, hidden: Int) -> [(key: String, shape: [Int])] {
        var tensors: [(key: String, shape: [Int])] = []
        for name in ["k_proj", "q_proj", "v_proj", "out_proj"] {
            tensors.append((prefix + "self_attn.\(name).weight", [width, width]))
            tensors.append((prefix + "self_attn.\(name).bias", [width]))
        }
        for name in ["layer_norm1", "layer_norm2"] {
            tensors.append((prefix + name + ".weight", [width]))
            tensors.append((prefix + name + ".bias", [width]))
        }
        tensors.append((prefix + "mlp.fc1.weight", [hidden, width]))
        tensors.append((prefix + "mlp.fc1.bias", [hidden]))
        tensors.append((prefix + "mlp.fc2.weight", [width, hidden]))
        tensors.append((prefix + "mlp.fc2.bias", [width]))
        return tensors
    }

    /// A SigLIP with the small Gemma-like tokenizer; `isFlexible` makes it SigLIP 2 for any proportion.
    static func siglip(isFlexible: Bool = false) throws -> TinyModel {
        let sizes: [String: Any] = [
            "hidden_size": 8, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
        ]
        let places: [String: Any] =
            isFlexible ? ["patch_size": 8, "num_patches": 4] : ["patch_size": 8, "image_size": 16]
        let text: [String: Any] = ["vocab_size": 1000, "max_position_embeddings": 6]
        let norms = ["text_model.final_layer_norm", "vision_model.post_layernorm", "vision_model.head.layernorm"]
        let head = "vision_model.head."
        var tensors: [(key: String, shape: [Int])] = [
            ("logit_scale", [1]), ("logit_bias", [1]), ("text_model.embeddings.token_embedding.weight", [1000, 8]),
            ("text_model.embeddings.position_embedding.weight", [6, 8]), ("text_model.head.weight", [8, 8]),
            ("text_model.head.bias", [8]),
            ("vision_model.embeddings.patch_embedding.weight", isFlexible ? [8, 192] : [8, 3, 8, 8]),
            ("vision_model.embeddings.patch_embedding.bias", [8]),
            ("vision_model.embeddings.position_embedding.weight", [4, 8]), (head + "probe", [1, 1, 8]),
            (head + "attention.in_proj_weight", [24, 8]), (head + "attention.in_proj_bias", [24]),
            (head + "attention.out_proj.weight", [8, 8]), (head + "attention.out_proj.bias", [8]),
            (head + "mlp.fc1.weight", [16, 8]), (head + "mlp.fc1.bias", [16]), (head + "mlp.fc2.weight", [8, 16]),
            (head + "mlp.fc2.bias", [8]),
        ]
        tensors += norms.flatMap { [($0 + ".weight", [8]), ($0 + ".bias", [8])] }
        for tower in ["text_model", "vision_model"] {
            tensors += block(tower + ".encoder.layers.0.", width: 8, hidden: 16)
        }
        let tokenizer = try Data(contentsOf: Fixtures.folder.appending(path: "tokenizers/gemma/tokenizer.json"))
        return TinyModel(
            config: [
                "model_type": isFlexible ? "siglip2" : "siglip", "text_config": sizes.merging(text) { $1 },
                "vision_config": sizes.merging(places) { $1 },
            ], tensors: tensors,
            files: [
                ("tokenizer.json", Array(tokenizer)),
                ("tokenizer_config.json", Array(#"{"pad_token":"<unk>","tokenizer_class":"GemmaTokenizerFast"}"#.utf8)),
            ])
    }
}
