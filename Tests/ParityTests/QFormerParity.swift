import Foundation
import NN
import Testing
import VLM

/// Reads a vector folder of TimeChat's visual stack, stage by stage.
enum QFormerParity {
    static func isReader(of folder: VectorFolder) throws -> Bool {
        try folder.json("config.json")?["frame_qformer"] != nil && folder.has("golden.safetensors")
    }

    static func check(_ folder: VectorFolder) throws {
        let model = try TimeChatVision.load(folder: folder.url.path)
        let golden = try SafetensorsFile(path: folder.path("golden.safetensors"))
        let texts = zip(try golden.idRows("text_ids"), try golden.idRows("text_mask")).map { ids, mask in
            zip(ids, mask).filter { $1 == 1 }.map(\.0)
        }
        var seen: [String: Tensor] = [:]
        let frames = model.frames(try golden.floats("pixel_values"), texts: texts, trace: Trace { seen[$0] = $1 })
        for (key, name) in [
            ("vit_out", "vit"), ("ln_vision_out", "ln_vision"), ("frame_qformer_out", "frame_qformer"),
            ("frame_plus_pos", "frame_plus_pos"),
        ] {
            expectClose(try #require(seen[name]), try golden.floats(key), .features, "\(folder.name) \(key)")
        }
        let windows = model.windows(frames, window: model.window, stride: model.stride)
        expectClose(windows, try golden.floats("video_qformer_windows"), .features, "\(folder.name) windows")
        expectClose(model.projected(windows), try golden.floats("projected"), .features, "\(folder.name) projected")
        let whole = model.windows(frames, window: frames.count, stride: frames.count)
        expectClose(whole, try golden.floats("video_qformer_single_window"), .features, "\(folder.name) one window")
    }
}
