import Foundation
import NN
import Testing
import VLM

/// Reads vector folders of SmolVLM2, Video-LLaVA and InternVL: features, logits, and tokens chosen greedily.
enum VideoModelParity {
    static func isReader(of folder: VectorFolder) throws -> Bool {
        let type = try folder.json("config.json")?["model_type"] as? String
        return ["smolvlm", "video_llava", "internvl"].contains(type) && folder.has("golden.safetensors")
    }

    static func check(_ folder: VectorFolder) throws {
        let golden = try SafetensorsFile(path: folder.path("golden.safetensors"))
        let ids = try #require(try golden.idRows("input_ids").first)
        switch try folder.json("config.json")?["model_type"] as? String {
        case "smolvlm": try checkSmolVLM(folder, golden, ids)
        case "internvl": try checkInternVL(folder, golden, ids)
        default: try checkVideoLLaVA(folder, golden, ids)
        }
    }

    private static func checkInternVL(_ folder: VectorFolder, _ golden: SafetensorsFile, _ ids: [Int]) throws {
        let model = try InternVL.loadNetwork(folder: folder.url.path)
        let pixels = try golden.floats("pixel_values")
        let hidden = model.hidden(of: pixels)
        expectClose(hidden, try golden.floats("vision_last_hidden"), .features, "\(folder.name) vision_last_hidden")
        let visual = model.visualTokens(hidden, batch: pixels.shape[0])
        expectClose(visual, try golden.floats("image_features"), .features, "\(folder.name) image_features")
        let prompt = try model.embedded(ids, visual: visual)
        try DecoderParity.checkPrompt(model.decoder, prompt, golden, folder.name)
        #expect(throws: ModelError.self) { try model.embedded(ids, visual: visual.rows(0..<1)) }
    }

    private static func checkSmolVLM(_ folder: VectorFolder, _ golden: SafetensorsFile, _ ids: [Int]) throws {
        let model = try SmolVLM.loadNetwork(folder: folder.url.path)
        var seen: [String: Tensor] = [:]
        let visual = model.visualTokens(try golden.floats("pixel_values")[0], trace: Trace { seen[$0] = $1 })
        expectClose(
            try #require(seen["vision.last"]), try golden.floats("vision_last_hidden"), .features,
            "\(folder.name) vision_last_hidden")
        expectClose(visual, try golden.floats("image_features"), .features, "\(folder.name) image_features")
        let prompt = try model.embedded(ids, visual: visual)
        try DecoderParity.checkPrompt(model.decoder, prompt, golden, folder.name)
        #expect(throws: ModelError.self) { try model.embedded(ids, visual: visual.rows(0..<1)) }
    }

    private static func checkVideoLLaVA(_ folder: VectorFolder, _ golden: SafetensorsFile, _ ids: [Int]) throws {
        let model = try VideoLLaVA.loadNetwork(folder: folder.url.path)
        let pictures = model.pictureTokens(try golden.floats("pixel_values"))
        let videos = model.videoTokens(try golden.floats("pixel_values_videos")[0])
        expectClose(pictures, try golden.floats("image_features"), .features, "\(folder.name) image_features")
        expectClose(videos, try golden.floats("video_features"), .features, "\(folder.name) video_features")
        let prompt = try model.embedded(ids, pictures: pictures, videos: videos)
        try DecoderParity.checkPrompt(model.decoder, prompt, golden, folder.name)
    }
}
