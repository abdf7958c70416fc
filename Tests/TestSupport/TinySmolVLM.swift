public import Foundation

/// A SmolVLM2 of seeded random weights: two blocks in either tower, four visual tokens a frame of 32 × 32, and a tokenizer of 262
/// tokens that spells every byte. What it says means nothing; how it says it is what a large one does.
public struct TinySmolVLM {
    /// `config.json`.
    public var config: [String: Any]
    /// Files beside the weights.
    public var files: [String: Data]

    /// Every byte, `th`, and SmolVLM2's marks.
    private static func vocabulary() -> (vocabulary: [String: Int], added: [[String: Any]]) {
        let printable = Array(33...126) + Array(161...172) + Array(174...255)
        var vocabulary: [String: Int] = [:]
        var next: UInt32 = 256
        for byte in 0..<256 {
            let scalar: UInt32
            if printable.contains(byte) {
                scalar = UInt32(byte)
            } else {
                scalar = next
                next += 1
            }
            vocabulary[String(Unicode.Scalar(scalar).map(Character.init) ?? " ")] = byte
        }
        vocabulary["th"] = 256
        let marks = [
            "<|im_start|>", "<end_of_utterance>", "<fake_token_around_image>", "<global-img>", "<image>",
        ]
        let added = marks.enumerated().map { index, text -> [String: Any] in
            ["id": 257 + index, "content": text, "special": true, "normalized": false]
        }
        return (vocabulary, added)
    }

    private static let tensors: [(key: String, shape: [Int])] = {
        var tensors: [(key: String, shape: [Int])] = [
            ("model.vision_model.embeddings.patch_embedding.weight", [8, 3, 8, 8]),
            ("model.vision_model.embeddings.patch_embedding.bias", [8]),
            ("model.vision_model.embeddings.position_embedding.weight", [16, 8]),
            ("model.vision_model.post_layernorm.weight", [8]), ("model.vision_model.post_layernorm.bias", [8]),
            ("model.connector.modality_projection.proj.weight", [16, 32]),
            ("model.text_model.embed_tokens.weight", [262, 16]), ("model.text_model.norm.weight", [16]),
        ]
        for layer in 0..<2 {
            let vision = "model.vision_model.encoder.layers.\(layer)."
            for (name, shape) in [
                ("layer_norm1", [8]), ("layer_norm2", [8]), ("self_attn.q_proj", [8, 8]), ("self_attn.k_proj", [8, 8]),
                ("self_attn.v_proj", [8, 8]), ("self_attn.out_proj", [8, 8]), ("mlp.fc1", [16, 8]),
                ("mlp.fc2", [8, 16]),
            ] {
                tensors.append((vision + name + ".weight", shape))
                tensors.append((vision + name + ".bias", [shape[0]]))
            }
            let text = "model.text_model.layers.\(layer)."
            for (name, shape) in [
                ("input_layernorm", [16]), ("post_attention_layernorm", [16]), ("self_attn.q_proj", [16, 16]),
                ("self_attn.k_proj", [8, 16]), ("self_attn.v_proj", [8, 16]), ("self_attn.o_proj", [16, 16]),
                ("mlp.gate_proj", [24, 16]), ("mlp.up_proj", [24, 16]), ("mlp.down_proj", [16, 24]),
            ] { tensors.append((text + name + ".weight", shape)) }
        }
        return tensors
    }()

    private static func weights() throws -> Data {
        var (entries, data, state) = ([String: Any](), Data(), UInt32(12345))
        for (key, shape) in tensors {
            let start = data.count
            for _ in 0..<shape.reduce(1, *) {
                state = state &* 1_664_525 &+ 1_013_904_223
                let value = Float(state >> 8) / Float(1 << 24) - 0.5
                data.append(contentsOf: withUnsafeBytes(of: value.bitPattern.littleEndian, Array.init))
            }
            entries[key] = ["dtype": "F32", "shape": shape, "data_offsets": [start, data.count]] as [String: Any]
        }
        let header = try JSONSerialization.data(withJSONObject: entries, options: .sortedKeys)
        return Data(withUnsafeBytes(of: UInt64(header.count).littleEndian, Array.init)) + header + data
    }

    /// A model that reads texts of at most `context` tokens.
    public init(context: Int = 2048) throws {
        let (vocabulary, added) = Self.vocabulary()
        let tokenizer: [String: Any] = [
            "added_tokens": added, "decoder": ["type": "ByteLevel"],
            "pre_tokenizer": ["type": "ByteLevel", "add_prefix_space": false, "use_regex": true],
            "model": ["type": "BPE", "vocab": vocabulary, "merges": ["t h"]],
        ]
        let preprocessor: [String: Any] = [
            "size": ["longest_edge": 64], "max_image_size": ["longest_edge": 32], "resample": 1,
            "video_sampling": ["fps": 1, "max_frames": 4, "video_size": ["longest_edge": 32]],
        ]
        config = [
            "model_type": "smolvlm", "image_token_id": 261, "scale_factor": 2, "tie_word_embeddings": true,
            "text_config": [
                "model_type": "llama", "hidden_size": 16, "intermediate_size": 24, "num_hidden_layers": 2,
                "num_attention_heads": 4, "num_key_value_heads": 2, "vocab_size": 262,
                "max_position_embeddings": context, "tie_word_embeddings": true,
            ] as [String: Any],
            "vision_config": [
                "hidden_size": 8, "intermediate_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2,
                "image_size": 32, "patch_size": 8,
            ],
        ]
        files = [
            "tokenizer.json": try JSONSerialization.data(withJSONObject: tokenizer),
            "preprocessor_config.json": try JSONSerialization.data(withJSONObject: preprocessor),
            "generation_config.json": Data(#"{"eos_token_id":[258]}"#.utf8),
        ]
    }

    /// Writes the folder.
    public func write(to folder: ScratchFolder) throws {
        _ = try folder.write("config.json", JSONSerialization.data(withJSONObject: config))
        _ = try folder.write("model.safetensors", Self.weights())
        for (name, contents) in files { _ = try folder.write(name, contents) }
    }
}
