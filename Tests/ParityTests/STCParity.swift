import Foundation
import NN
import Testing
import VLM

/// Reads vector folders of VideoLLaMA2's connector, of both versions.
enum STCParity {
    static func isReader(of folder: VectorFolder) throws -> Bool {
        guard let golden = try folder.json("golden.json") else { return false }
        return golden["mm_hidden"] != nil && folder.has("model.safetensors")
    }

    static func check(_ folder: VectorFolder) throws {
        let json = try #require(try folder.json("golden.json"))
        let (inputs, outputs) = (try #require(json["mm_hidden"] as? Int), try #require(json["hidden"] as? Int))
        let (frames, side) = (try #require(json["t"] as? Int), try #require(json["hw"] as? Int))
        let golden = try SafetensorsFile(path: folder.path("golden.safetensors"))
        let sampled = try golden.floats("after_sampler_b_c_t_h_w")
        let padding = sampled.shape[2] > frames / 2 ? 1 : 0
        let weights = try Checkpoint(folder: folder.url.path)
        let connector = try STCConnector(weights, inputs: inputs, outputs: outputs, padding: padding)
        try weights.finish()
        var seen: [String: Tensor] = [:]
        let x = try golden.floats("x").reshaped([frames, side, side, inputs])
        let found = connector(x, trace: Trace { seen[$0] = $1 })
        let stage = try channelsLast(golden.floats("after_s1_bt_c_h_w"), channels: outputs, pictures: frames)
        expectClose(try #require(seen["s1"]), stage, .features, "\(folder.name) s1")
        let wanted = channelsLast(sampled, channels: outputs, pictures: 1)
        expectClose(try #require(seen["sampler"]), wanted, .features, "\(folder.name) sampler")
        expectClose(found, try golden.floats("y"), .features, "\(folder.name) y")
    }

    /// [pictures, C, …] → [pictures · …, C].
    private static func channelsLast(_ x: Tensor, channels: Int, pictures: Int) -> Tensor {
        let places = x.count / (channels * pictures)
        return Tensor(shape: [pictures * places, channels]) { result in
            x.withValues { source in
                for place in 0..<pictures * places {
                    let (picture, inside) = (place / places, place % places)
                    for channel in 0..<channels {
                        result[place * channels + channel] = source[(picture * channels + channel) * places + inside]
                    }
                }
            }
        }
    }
}
