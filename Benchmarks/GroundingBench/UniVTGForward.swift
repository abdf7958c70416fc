import Foundation
import Grounding
import NN

/// UniVTG at the released size (43 million parameters) on 150 s of video.
enum UniVTGForward {
    struct Result: Encodable {
        let threads: Int
        let seconds: Double
        let foreground: [Float]
        let int8Seconds: Double
        let int8Foreground: [Float]
    }

    private static let (clips, words, width, video, text) = (75, 20, 1024, 2818, 512)

    static func measure(file: String, threads: Int) throws -> Result {
        let model = try UniVTG(file: file)
        var numbers = Numbers(seed: 2)
        let input = UniVTGInput(
            clips: Tensor(numbers.floats(clips * video, scale: 0.05), shape: [clips, video]),
            words: Tensor(numbers.floats(words * text, scale: 0.05), shape: [words, text]))
        let team = WorkerTeam(threads: threads)
        let bytes = try UniVTG(file: file, precision: .int8)
        func fastest(_ model: UniVTG) -> Double { team.lead { GroundingBench.fastest(of: 15) { _ = model([input]) } } }
        return Result(
            threads: team.threads, seconds: fastest(model), foreground: model([input])[0].foreground,
            int8Seconds: fastest(bytes), int8Foreground: bytes([input])[0].foreground)
    }

    /// Names and shapes of the published layout.
    private static var shapes: [(String, [Int])] {
        var shapes: [(String, [Int])] = []
        for (name, inputs) in [("input_vid_proj", video), ("input_txt_proj", text)] {
            for (index, inputs) in [inputs, width].enumerated() {
                shapes += [
                    ("\(name).\(index).LayerNorm.weight", [inputs]), ("\(name).\(index).LayerNorm.bias", [inputs]),
                    ("\(name).\(index).net.1.weight", [width, inputs]), ("\(name).\(index).net.1.bias", [width]),
                ]
            }
        }
        for layer in 0..<4 {
            let prefix = "transformer.encoder.layers.\(layer)."
            shapes += [
                (prefix + "self_attn.in_proj_weight", [3 * width, width]),
                (prefix + "self_attn.in_proj_bias", [3 * width]),
                (prefix + "self_attn.out_proj.weight", [width, width]), (prefix + "self_attn.out_proj.bias", [width]),
            ]
            for part in ["linear1", "linear2"] {
                shapes += [(prefix + part + ".weight", [width, width]), (prefix + part + ".bias", [width])]
            }
            for part in ["norm1", "norm2"] {
                shapes += [(prefix + part + ".weight", [width]), (prefix + part + ".bias", [width])]
            }
        }
        shapes += [("token_type_embeddings.weight", [2, width]), ("weightedpool.weight", [width, 1])]
        for (name, outputs) in [("class_embed", 1), ("span_embed", 2)] {
            for (index, outputs) in [width, width, outputs].enumerated() {
                shapes += [
                    ("\(name).layers.\(index).weight", [outputs, width, 3]),
                    ("\(name).layers.\(index).bias", [outputs]),
                ]
            }
        }
        return shapes
    }

    static func write(to path: String) throws {
        var (data, header, numbers) = (Data(), [String](), Numbers(seed: 3))
        for (name, shape) in shapes {
            let begin = data.count
            let fan = Double(shape.dropFirst().reduce(1, *))
            let isGain = name.contains("orm") && name.hasSuffix("weight")
            let values = numbers.floats(shape.reduce(1, *), scale: shape.count > 1 ? 1 / fan.squareRoot() : 0.05)
            (isGain ? values.map { $0 + 1 } : values).withUnsafeBytes { data.append(contentsOf: $0) }
            header.append(
                "\"\(name)\":{\"dtype\":\"F32\",\"shape\":\(shape),\"data_offsets\":[\(begin),\(data.count)]}")
        }
        var text = "{\(header.joined(separator: ","))}"
        text += String(repeating: " ", count: (8 - text.utf8.count % 8) % 8)
        let size = withUnsafeBytes(of: UInt64(text.utf8.count).littleEndian) { Data($0) }
        try (size + Data(text.utf8) + data).write(to: URL(filePath: path))
    }
}
