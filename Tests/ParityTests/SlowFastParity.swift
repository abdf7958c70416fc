import Base
import Foundation
import NN
import TestSupport
import Testing
import VLM

/// Reads a vector folder of SlowFast: a clip by rule through the network, under both publishers' keys.
enum SlowFastParity {
    static func isReader(of folder: VectorFolder) throws -> Bool {
        try folder.json("config.json")?["model_type"] as? String == "slowfast" && folder.has("golden.safetensors")
    }

    static func check(_ folder: VectorFolder) throws {
        let golden = try SafetensorsFile(path: folder.path("golden.safetensors"))
        let sizes = try #require(try folder.json("golden.json") as? [String: Int])
        let (frames, height, width) = (
            try #require(sizes["frames"]), try #require(sizes["height"]), try #require(sizes["width"])
        )
        let pixels = (0..<frames * height * width * 3).map { place in
            let byte = (place * 37 + place / 97 * 11 + place / (height * width * 3) * 5) % 256
            return (Float(byte) / 255 - 0.45) / 0.225
        }
        let clip = Tensor(pixels, shape: [frames, height, width, 3])
        for path in [folder.url.path, folder.path("slowfast.pyth")] where FileManager.default.fileExists(atPath: path) {
            let model = try SlowFast.load(path: path)
            var seen: [String: Tensor] = [:]
            let features = model.encode(frames: clip, trace: Trace { seen[$0] = $1 })
            #expect(features.shape == [1, model.width])
            expectClose(try #require(seen["fast.2"]), try golden.floats("fast.2"), .features, "\(folder.name) fast.2")
            expectClose(features, try golden.floats("features"), .features, "\(folder.name) \(path)")
        }
        for rate in [10, 24, 25, 29, 30, 50, 60] {
            let places = try golden.floats("places.\(rate)").values.map { Int($0) }
            #expect(SlowFast.places(rate: rate) == places, "\(rate) frames a second")
        }
    }
}

/// Reads vector folders of BLIP-2's first stage: pictures and ids through the network, stage by stage.
enum BLIP2Parity {
    static func isReader(of folder: VectorFolder) throws -> Bool {
        try folder.json("config.json")?["model_type"] as? String == "blip-2" && folder.has("golden.json")
    }

    static func check(_ folder: VectorFolder) throws {
        let model = try BLIP2.loadNetwork(folder: folder.url.path)
        // Beside weights in torch's own file no safetensors may lie.
        let name = folder.has("golden.safetensors") ? "golden.safetensors" : "golden/golden.safetensors"
        let golden = try SafetensorsFile(path: folder.path(name))
        var seen: [String: Tensor] = [:]
        let vectors = model.encode(pixels: try golden.floats("pixel_values"), trace: Trace { seen[$0] = $1 })
        for name in ["vision", "queries"] {
            expectClose(try #require(seen[name]), try golden.floats(name), .features, "\(folder.name) \(name)")
        }
        expectClose(vectors, try golden.floats("image_vectors"), .features, "\(folder.name) image_vectors")
        let ids = try #require(try folder.json("golden.json")?["ids"] as? [[Int]])
        let texts = Tensor(rows: ids.flatMap { model.encode(ids: $0).rowArrays })
        expectClose(texts, try golden.floats("text_vectors"), .features, "\(folder.name) text_vectors")
        let similarity = try golden.floats("similarity").rowArrays
        let unit = vectors.reshaped([vectors.count / model.width, model.width]).normalisedRows()
        let cosines = Similarity.dot(rows: unit, columns: texts).rowArrays
        for (picture, expected) in similarity.enumerated() {
            let own = cosines[picture * model.vectorsPerPicture..<(picture + 1) * model.vectorsPerPicture]
            for text in ids.indices {
                let best = own.map { $0[text] }.max() ?? 0
                #expect(abs(best - expected[text]) < 1e-4, "\(folder.name) picture \(picture), text \(text)")
            }
        }
    }
}
