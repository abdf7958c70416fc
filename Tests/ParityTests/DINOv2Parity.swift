import Foundation
import NN
import Testing
import VLM

/// Reads vector folders of DINOv2's form, with or without registers: hidden states at the table's size and at another.
enum DINOv2Parity {
    static func isReader(of folder: VectorFolder) throws -> Bool {
        let type = try folder.json("config.json")?["model_type"] as? String
        return ["dinov2", "dinov2_with_registers"].contains(type) && folder.has("golden.safetensors")
    }

    static func check(_ folder: VectorFolder) throws {
        let model = try DINOv2.load(folder: folder.url.path)
        let golden = try SafetensorsFile(path: folder.path("golden.safetensors"))
        let pixels = try golden.floats("pixel_values")
        let hidden = model.hidden(of: pixels)
        expectClose(hidden, try golden.floats("last_hidden"), .features, "\(folder.name) last_hidden")
        let pooled = model.pooled(hidden, batch: pixels.shape[0])
        expectClose(pooled, try golden.floats("pooled"), .features, "\(folder.name) pooled")
        let other = model.hidden(of: try golden.floats("pixel_values_other_size"))
        expectClose(other, try golden.floats("last_hidden_other_size"), .features, "\(folder.name) other size")
    }
}
