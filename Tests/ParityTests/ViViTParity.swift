import Foundation
import NN
import Testing
import VLM

/// Reads vector folders of ViViT's form: hidden states and pooled vectors of clips.
enum ViViTParity {
    static func isReader(of folder: VectorFolder) throws -> Bool {
        try folder.json("config.json")?["model_type"] as? String == "vivit" && folder.has("golden.safetensors")
    }

    static func check(_ folder: VectorFolder) throws {
        let model = try ViViT.loadNetwork(folder: folder.url.path)
        let golden = try SafetensorsFile(path: folder.path("golden.safetensors"))
        let clips = try golden.floats("pixel_values")
        let hidden = model.hidden(of: clips)
        expectClose(hidden, try golden.floats("last_hidden"), .features, "\(folder.name) last_hidden")
        let pooled = model.pooled(hidden, batch: clips.shape[0])
        expectClose(pooled, try golden.floats("pooled"), .features, "\(folder.name) pooled")
    }
}
