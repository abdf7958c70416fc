import Foundation
import NN
import Testing
import VLM

/// Reads vector folders of SigLIP's two forms: pictures of one size (`siglip`) and of any proportion (`siglip2`).
enum SigLIPParity {
    static func isReader(of folder: VectorFolder) throws -> Bool {
        let type = try folder.json("config.json")?["model_type"] as? String
        return ["siglip", "siglip2"].contains(type) && folder.has("golden.safetensors")
    }

    static func check(_ folder: VectorFolder) throws {
        let golden = try SafetensorsFile(path: folder.path("golden.safetensors"))
        let ids = try golden.idRows("input_ids")
        if golden.entries["spatial_shapes"] == nil {
            let model = try SigLIP.loadNetwork(folder: folder.url.path)
            let images = try fixed(model, golden, folder)
            let texts = model.encode(ids: ids)
            try compare(images, texts, (model.logitScale, model.logitBias), golden, folder)
        } else {
            let model = try SigLIP2.loadNetwork(folder: folder.url.path)
            let images = try ofAnyProportion(model, golden, folder)
            let texts = model.encode(ids: ids)
            try compare(images, texts, (model.logitScale, model.logitBias), golden, folder)
        }
    }

    private static func fixed(_ model: SigLIP, _ golden: SafetensorsFile, _ folder: VectorFolder) throws -> Tensor {
        var seen: [String: Tensor] = [:]
        let images = model.encode(pixels: try golden.floats("pixel_values"), trace: Trace { seen[$0] = $1 })
        for (key, name) in [("vision_last_hidden", "vision.last"), ("vision_pooled", "vision.pooled")] {
            let found = try #require(seen[name])
            expectClose(found, try golden.floats(key), .features, "\(folder.name) \(key)")
        }
        return images
    }

    /// Every picture alone, without the padding that the reference needs to put pictures of different grids together.
    private static func ofAnyProportion(
        _ model: SigLIP2, _ golden: SafetensorsFile, _ folder: VectorFolder
    ) throws -> Tensor {
        let (patches, grids) = (try golden.floats("pixel_values"), try golden.idRows("spatial_shapes"))
        let (last, pooled) = (try golden.floats("vision_last_hidden"), try golden.floats("vision_pooled"))
        var images: [Tensor] = []
        for (picture, grid) in grids.enumerated() {
            var seen: [String: Tensor] = [:]
            let count = grid[0] * grid[1]
            images.append(
                model.encode(
                    patches: patches[picture].rows(0..<count), rows: grid[0], columns: grid[1],
                    trace: Trace { seen[$0] = $1 }))
            let name = "\(folder.name) picture \(picture)"
            expectClose(try #require(seen["vision.last"]), last[picture].rows(0..<count), .features, name + " last")
            expectClose(
                try #require(seen["vision.pooled"]), pooled.rows(picture..<picture + 1), .features, name + " pooled")
        }
        return Tensor(joining: images)
    }

    private static func compare(
        _ images: Tensor, _ texts: Tensor, _ logit: (scale: Float, bias: Float), _ golden: SafetensorsFile,
        _ folder: VectorFolder
    ) throws {
        expectClose(images, try golden.floats("image_embeds"), .features, "\(folder.name) image_embeds")
        expectClose(texts, try golden.floats("text_embeds"), .features, "\(folder.name) text_embeds")
        var logits = Similarity.dot(rows: images, columns: texts)
        logits.withMutableValues { values in
            for i in values.indices { values[i] = values[i] * logit.scale + logit.bias }
        }
        expectClose(logits, try golden.floats("logits_per_image"), .logits, "\(folder.name) logits_per_image")
    }
}

extension VectorFolder {
    /// Whether the folder holds `file`.
    func has(_ file: String) -> Bool { FileManager.default.fileExists(atPath: path(file)) }
}

extension SafetensorsFile {
    /// The whole numbers of a matrix, row by row.
    func idRows(_ key: String) throws -> [[Int]] {
        let (values, shape) = try integers(key)
        let columns = try #require(shape.last)
        return stride(from: 0, to: values.count, by: columns).map { Array(values[$0..<$0 + columns]) }
    }
}
