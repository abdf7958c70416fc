import Foundation
import TestSupport

/// A small UniVTG checkpoint of arbitrary weights: it finds nothing sensible, but everything it needs is there.
struct RandomUniVTG {
    let videoWidth: Int
    let textWidth: Int
    private let width = 16

    private var shapes: [(String, [Int])] {
        var shapes: [(String, [Int])] = []
        for (name, inputs) in [("input_vid_proj", videoWidth), ("input_txt_proj", textWidth)] {
            for (index, inputs) in [inputs, width].enumerated() {
                shapes += [
                    ("\(name).\(index).LayerNorm.weight", [inputs]), ("\(name).\(index).LayerNorm.bias", [inputs]),
                    ("\(name).\(index).net.1.weight", [width, inputs]), ("\(name).\(index).net.1.bias", [width]),
                ]
            }
        }
        let layer = "transformer.encoder.layers.0."
        shapes += [
            (layer + "self_attn.in_proj_weight", [3 * width, width]), (layer + "self_attn.in_proj_bias", [3 * width]),
            (layer + "self_attn.out_proj.weight", [width, width]), (layer + "self_attn.out_proj.bias", [width]),
            (layer + "linear1.weight", [32, width]), (layer + "linear1.bias", [32]),
            (layer + "linear2.weight", [width, 32]), (layer + "linear2.bias", [width]),
            (layer + "norm1.weight", [width]), (layer + "norm1.bias", [width]),
            (layer + "norm2.weight", [width]), (layer + "norm2.bias", [width]),
            ("token_type_embeddings.weight", [2, width]), ("weightedpool.weight", [width, 1]),
        ]
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

    /// Writes it as safetensors; gives the path.
    func write(to folder: ScratchFolder, _ name: String) throws -> String {
        var (data, header) = (Data(), [String]())
        for (key, shape) in shapes {
            let begin = data.count
            for index in 0..<shape.reduce(1, *) {
                let value = Float((index * 37 + key.utf8.count * 11) % 101) / 101 - 0.5
                withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
            }
            header.append("\"\(key)\":{\"dtype\":\"F32\",\"shape\":\(shape),\"data_offsets\":[\(begin),\(data.count)]}")
        }
        let text = Data("{\(header.joined(separator: ","))}".utf8)
        let size = withUnsafeBytes(of: UInt64(text.count).littleEndian) { Data($0) }
        return try folder.write(name, size + text + data)
    }
}
