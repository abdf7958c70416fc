import Foundation
import NN
import Testing
import VLM

/// Reads a vector folder of the CLIP form: `config.json` of type `clip`, the model, and `golden.safetensors`.
enum CLIPParity {
    static func isReader(of folder: VectorFolder) throws -> Bool {
        try folder.json("config.json")?["model_type"] as? String == "clip"
            && FileManager.default.fileExists(atPath: folder.path("golden.safetensors"))
    }

    static func check(_ folder: VectorFolder) throws {
        let model = try CLIP.loadNetwork(folder: folder.url.path)
        let golden = try SafetensorsFile(path: folder.path("golden.safetensors"))
        var seen: [String: Tensor] = [:]
        let trace = Trace { seen[$0] = $1 }
        let images = model.encode(pixels: try golden.floats("pixel_values"), trace: trace)
        expectClose(images, try golden.floats("image_embeds"), .features, "\(folder.name) image_embeds")
        let layers = seen.keys.filter { $0.hasPrefix("vision.hidden.") }.count
        if golden.entries["vision_hidden_m2"] != nil, let hidden = seen["vision.hidden.\(layers - 2)"] {
            expectClose(hidden, try golden.floats("vision_hidden_m2"), .features, "\(folder.name) vision_hidden_m2")
        }
        if golden.entries["vision_pooled"] != nil, let pooled = seen["vision.pooled"] {
            expectClose(pooled, try golden.floats("vision_pooled"), .features, "\(folder.name) vision_pooled")
        }
        let (ids, shape) = try golden.integers("input_ids")
        let texts = model.encode(
            ids: stride(from: 0, to: ids.count, by: shape[1]).map { Array(ids[$0..<$0 + shape[1]]) })
        for key in ["text_embeds", "text_embeds_nomask"] where golden.entries[key] != nil {
            expectClose(texts, try golden.floats(key), .features, "\(folder.name) \(key)")
        }
        var logits = Similarity.dot(rows: images, columns: texts)
        logits.withMutableValues { values in for i in values.indices { values[i] *= model.logitScale } }
        expectClose(logits, try golden.floats("logits_per_image"), .logits, "\(folder.name) logits_per_image")
    }
}
