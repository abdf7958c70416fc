import Base
import Foundation
import NN
import TestSupport
import Testing
import VLM

/// int8 on real frames with a vision tower in the published shape of CLIP ViT-B/32: 86 million seeded random weights, so that
/// no pretrained model is needed. Frames come from the clips of `ALERTD_MEDIA`, else from the bundled one.
@Suite("A ViT-B/32 in int8", .tags(.media), .timeLimit(.minutes(5)), .serialized)
struct QuantisedEncoderTests {
    private static let side = 224
    private static let framesOfClip = 6

    private static var clips: [URL] {
        let videos = Fixtures.media?.appending(path: "videos")
        let names = videos.flatMap { try? FileManager.default.contentsOfDirectory(atPath: $0.path).sorted() } ?? []
        let found = names.filter { $0.hasSuffix(".mp4") }.compactMap { name in videos?.appending(path: name) }
        return found.isEmpty ? [Fixtures.root.appending(path: "share/demo/yard.mp4")] : found
    }

    /// Some frames of each clip, two seconds apart.
    private static func frames() throws -> [Picture] {
        let folder = try ScratchFolder()
        let size = side * side * 3
        var frames: [Picture] = []
        for clip in clips {
            try FFmpegProgram.run([
                "-i", clip.path, "-vf", "fps=0.5,scale=\(side):\(side)", "-frames:v", "\(framesOfClip)", "-f",
                "rawvideo",
                "-pix_fmt", "rgb24", folder.file("frames").path,
            ])
            let bytes = try Data(contentsOf: folder.file("frames"))
            for index in 0..<bytes.count / size {
                let pixels = Array(bytes[index * size..<(index + 1) * size])
                frames.append(Picture(width: side, height: side, pixels: pixels))
            }
        }
        return frames
    }

    private static func vectors(_ frames: [Picture], _ folder: ScratchFolder, _ precision: Precision) throws -> Tensor {
        let model = try CLIP.loadNetwork(folder: folder.path, precision: precision)
        let team = WorkerTeam(threads: ProcessInfo.processInfo.activeProcessorCount)
        return Tensor(rows: team.lead { model.encode(pictures: frames) })
    }

    @Test("turns no vector by more than cosine 0.998, and finds the same nearest frame to half a point")
    func realFrames() throws {
        let folder = try ScratchFolder()
        try LargeCLIP().write(to: folder)
        let frames = try Self.frames()
        #expect(frames.count >= 6)
        // Each frame once more, darker and noisier: what has to be found again.
        let again = frames.enumerated().map { Self.changed($1, seed: UInt64($0)) }
        let exact = try Self.vectors(frames + again, folder, .fp32)
        let bytes = try Self.vectors(frames + again, folder, .int8)
        let least = zip(exact.rowArrays, bytes.rowArrays).map { zip($0, $1).reduce(0) { $0 + $1.0 * $1.1 } }.min() ?? 0
        #expect(least >= 0.998, "cosine \(least)")
        let (floats, found) = (Self.top1(exact, frames.count), Self.top1(bytes, frames.count))
        #expect(floats > 0.5, "\(floats): nothing to lose")
        // Of few frames a single one, whose two nearest are alike, is more than half a point.
        #expect(
            abs(floats - found) <= 0.005 + 1 / Double(frames.count),
            "\(floats) in floats, \(found) in int8, of \(frames.count)")
    }

    /// The share of changed frames whose nearest is the frame that they were made of.
    private static func top1(_ vectors: Tensor, _ count: Int) -> Double {
        let rows = Similarity.dot(rows: vectors.rows(count..<2 * count), columns: vectors.rows(0..<count)).rowArrays
        let right = rows.enumerated().count { index, row in row.indices.max { row[$0] < row[$1] } == index }
        return Double(right) / Double(count)
    }

    private static func changed(_ picture: Picture, seed: UInt64) -> Picture {
        var state = seed &+ 99
        let pixels = picture.pixels.map { value -> UInt8 in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return UInt8(clamping: Int(value) * 15 / 16 + Int(state >> 60) - 8)
        }
        return Picture(width: picture.width, height: picture.height, pixels: pixels)
    }
}

/// A folder in the published shape of CLIP ViT-B/32, its text tower cut to almost nothing, weights as CLIP starts its training
/// (normal, standard deviations as Radford et al. 2021, section 2.4), in bfloat16.
private struct LargeCLIP {
    private let width = 768
    private let hidden = 3072
    private let layers = 12

    func write(to folder: ScratchFolder) throws {
        let text: [String: Any] = [
            "hidden_size": 8, "intermediate_size": 16, "num_hidden_layers": 1, "num_attention_heads": 2,
            "vocab_size": 16, "max_position_embeddings": 4, "eos_token_id": 15,
        ]
        let vision: [String: Any] = [
            "hidden_size": width, "intermediate_size": hidden, "num_hidden_layers": layers, "num_attention_heads": 12,
            "image_size": 224, "patch_size": 32,
        ]
        try folder.write(
            ["model_type": "clip", "projection_dim": 512, "text_config": text, "vision_config": vision],
            to: "config.json")
        var (entries, data, random) = ([String: Any](), [UInt8](), Normal(state: 2026))
        for (key, shape, spread) in tensors {
            let (start, count) = (data.count, shape.reduce(1, *))
            let middle: Float = key.contains("norm") && key.hasSuffix("weight") ? 1 : 0
            data += [UInt8](unsafeUninitializedCapacity: 2 * count) { target, filled in
                for i in 0..<count {
                    let bits = (middle + spread * random.next()).bitPattern
                    target[2 * i] = UInt8(truncatingIfNeeded: bits >> 16)
                    target[2 * i + 1] = UInt8(truncatingIfNeeded: bits >> 24)
                }
                filled = 2 * count
            }
            entries[key] = ["dtype": "BF16", "shape": shape, "data_offsets": [start, data.count]] as [String: Any]
        }
        let header = [UInt8](try JSONSerialization.data(withJSONObject: entries, options: .sortedKeys))
        let length = withUnsafeBytes(of: UInt64(header.count).littleEndian, Array.init)
        try folder.write(length + header + data, to: "model.safetensors")
    }

    private var tensors: [(key: String, shape: [Int], spread: Float)] {
        let vision = "vision_model."
        var all: [(key: String, shape: [Int], spread: Float)] = [
            ("logit_scale", [], 1), ("text_projection.weight", [512, 8], 0.1),
            ("visual_projection.weight", [512, width], 0.036),
            ("text_model.embeddings.token_embedding.weight", [16, 8], 0.02),
            ("text_model.embeddings.position_embedding.weight", [4, 8], 0.01),
            ("text_model.final_layer_norm.weight", [8], 0.1), ("text_model.final_layer_norm.bias", [8], 0.1),
            (vision + "embeddings.class_embedding", [width], 0.036),
            (vision + "embeddings.patch_embedding.weight", [width, 3, 32, 32], 0.02),
            (vision + "embeddings.position_embedding.weight", [50, width], 0.02),
            (vision + "pre_layrnorm.weight", [width], 0.1), (vision + "pre_layrnorm.bias", [width], 0.1),
            (vision + "post_layernorm.weight", [width], 0.1), (vision + "post_layernorm.bias", [width], 0.1),
        ]
        all += Self.block("text_model.encoder.layers.0.", width: 8, hidden: 16)
        for layer in 0..<layers {
            all += Self.block(vision + "encoder.layers.\(layer).", width: width, hidden: hidden)
        }
        return all
    }

    private static func block(
        _ prefix: String, width: Int, hidden: Int
    ) -> [(key: String, shape: [Int], spread: Float)] {
        var all: [(key: String, shape: [Int], spread: Float)] = []
        for name in ["q_proj", "k_proj", "v_proj", "out_proj"] {
            all.append((prefix + "self_attn.\(name).weight", [width, width], name == "out_proj" ? 0.0074 : 0.036))
            all.append((prefix + "self_attn.\(name).bias", [width], 0.02))
        }
        for name in ["layer_norm1", "layer_norm2"] {
            all.append((prefix + name + ".weight", [width], 0.1))
            all.append((prefix + name + ".bias", [width], 0.1))
        }
        all.append((prefix + "mlp.fc1.weight", [hidden, width], 0.026))
        all.append((prefix + "mlp.fc1.bias", [hidden], 0.02))
        all.append((prefix + "mlp.fc2.weight", [width, hidden], 0.0074))
        all.append((prefix + "mlp.fc2.bias", [width], 0.02))
        return all
    }
}

/// Nearly normal numbers: sums of four uniform ones.
private struct Normal {
    var state: UInt64

    mutating func next() -> Float {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let sum = (state & 0xFFFF) + (state >> 16 & 0xFFFF) + (state >> 32 & 0xFFFF) + state >> 48
        return (Float(sum) / 65_536 - 2) * 1.732
    }
}
