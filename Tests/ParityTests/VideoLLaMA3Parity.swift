import Base
import Foundation
import NN
import Testing
import VLM

/// Reads vector folders of VideoLLaMA3 in either layout: one picture and one clip, from patches to tokens.
enum VideoLLaMA3Parity {
    static func isReader(of folder: VectorFolder) throws -> Bool {
        let type = try folder.json("config.json")?["model_type"] as? String
        return ["video_llama_3", "videollama3_qwen2"].contains(type) && folder.has("golden.safetensors")
    }

    static func check(_ folder: VectorFolder) throws {
        let model = try VideoLLaMA3.loadNetwork(folder: folder.url.path)
        let golden = try SafetensorsFile(path: folder.path("golden.safetensors"))
        let picture = try grid(golden, "image")
        let clip = try grid(golden, "video")
        let pictureTokens = model.projected(model.features(try golden.floats("pixel_values"), picture))
        var seen: [String: Tensor] = [:]
        let patches = try golden.floats("pixel_values_videos")
        let features = model.features(patches, clip, trace: Trace { seen[$0] = $1 })
        let clipTokens = model.projected(features)
        for (key, found) in [
            ("vision_hidden_video_layer0", seen["vision.hidden.0"]), ("projected_image", pictureTokens),
            ("vision_hidden_video_layer1", seen["vision.hidden.1"]), ("vision_out_video", features),
            ("projected_video", clipTokens),
        ] where golden.entries[key] != nil {
            expectClose(try #require(found), try golden.floats(key), .features, "\(folder.name) \(key)")
        }
        if golden.entries["vision_position_ids_video"] != nil {
            let places = (0..<clip.frames).flatMap { _ in clip.places.map { [$0.row, $0.column] } }
            #expect(try places == golden.idRows("vision_position_ids_video"), "\(folder.name) positions")
        }
        let kept = FrameDifferenceFilter().kept(patches, clip).flatMap { $0 }
        #expect(try kept.map { $0 ? 1 : 0 } == golden.integers("video_compression_mask").values, "\(folder.name) mask")
        let shown = clipTokens.gathered(rows: kept.indices.filter { kept[$0] })
        let ids = try #require(try golden.idRows("input_ids").first)
        let prompt = try model.embedded(ids, visual: Tensor(joining: [pictureTokens, shown]))
        if golden.entries["merged_embeds"] != nil {
            expectClose(prompt, try golden.floats("merged_embeds"), .features, "\(folder.name) merged_embeds")
        }
        try DecoderParity.checkPrompt(model.decoder, prompt, golden, folder.name)
    }

    private static func grid(_ golden: SafetensorsFile, _ kind: String) throws -> PatchGrid {
        let sides = try #require(try golden.idRows(kind + "_grid_thw").first)
        let merge = try #require(try golden.integers(kind + "_merge_sizes").values.first)
        return PatchGrid(frames: sides[0], rows: sides[1], columns: sides[2], merge: merge)
    }
}

/// Reads a vector folder of VideoLLaMA3's processor: sizes, patches, and which tokens are kept.
enum ClipProcessorParity {
    private struct Sizes: Decodable {
        struct Case: Decodable {
            let height, width, frames, factor: Int
            let minPixels, maxPixels, minTokens, maxTokens: Int?
            let out: [Int]
        }

        let smartResize, officialSimpleBatchedResize: [Case]
    }

    static func isReader(of folder: VectorFolder) throws -> Bool {
        try folder.json("golden.json")?["smart_resize"] != nil
    }

    static func check(_ folder: VectorFolder) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let data = try Data(contentsOf: folder.url.appending(path: "golden.json"))
        let sizes = try decoder.decode(Sizes.self, from: data)
        for item in sizes.smartResize + sizes.officialSimpleBatchedResize {
            let rule =
                if let fewest = item.minTokens, let most = item.maxTokens {
                    ClipProcessor.Rule.tokens(fewest: fewest, most: most)
                } else {
                    ClipProcessor.Rule.pixels(
                        fewest: try #require(item.minPixels), most: try #require(item.maxPixels))
                }
            let processor = ClipProcessor(patchSize: item.factor, merge: 1)
            let size = processor.size(height: item.height, width: item.width, frames: item.frames, rule)
            #expect([size.height, size.width] == item.out, "\(folder.name) \(item)")
        }
        let golden = try SafetensorsFile(path: folder.path("golden.safetensors"))
        for name in ["noresize", "resized"] { try checkClip(golden, name, folder.name) }
    }

    private static func checkClip(_ golden: SafetensorsFile, _ name: String, _ folder: String) throws {
        let (bytes, shape) = try golden.integers("frames_hwc_u8")
        let length = shape[1] * shape[2] * 3
        let frames = (0..<shape[0]).map { frame in
            Picture(
                width: shape[2], height: shape[1],
                pixels: bytes[frame * length..<(frame + 1) * length].map { UInt8($0) })
        }
        let sides = try #require(try golden.idRows(name + "_grid_thw").first)
        let merge = try #require(try golden.integers(name + "_merge_sizes").values.first)
        let processor = ClipProcessor(patchSize: 14, merge: merge)
        let (patches, grid) = processor.patches(of: frames, size: (sides[1] * 14, sides[2] * 14))
        let expected = try golden.floats(name + "_pixel_values_videos")
        // One grey level: resizing in whole numbers differs between libraries.
        let allowed: Float = name == "noresize" ? 1e-5 : 1 / 127.5 + 1e-5
        let difference = zip(patches.values, expected.values).map { abs($0 - $1) }.max() ?? 0
        #expect(patches.count == expected.count && difference <= allowed, "\(folder) \(name): off by \(difference)")
        let reference = FrameDifferenceFilter.differences(expected, grid)
        expectClose(
            Tensor(rows: reference), try golden.floats(name + "_diff255"), .features, "\(folder) \(name) differences")
        let kept = FrameDifferenceFilter().kept(expected, grid).flatMap { $0 }
        #expect(try kept.map { $0 ? 1 : 0 } == golden.integers(name + "_mask").values, "\(folder) \(name) mask")
        for key in golden.entries.keys where key.hasPrefix(name + "_mask_th") {
            let parts = key.dropFirst((name + "_mask_th").count).split(separator: "_")
            let threshold = try #require(Float(parts[0]))
            let fewest = parts.count > 1 ? try #require(Int(parts[1].dropFirst("min".count))) : 1
            let kept = FrameDifferenceFilter(threshold: threshold, fewest: fewest).kept(patches, grid).flatMap { $0 }
            #expect(try kept.map { $0 ? 1 : 0 } == golden.integers(key).values, "\(folder) \(key)")
        }
    }
}

/// Reads a folder of VideoLLaMA3's prompts.
enum PromptParity {
    private struct Golden: Decodable {
        struct Case: Decodable {
            let messages: [Message]
            let addGenerationPrompt: Bool
            let prompt: String
        }

        struct Message: Decodable {
            let role: String
            let content: Content
        }

        enum Content: Decodable {
            case text(String)
            case parts([Part])

            init(from decoder: any Decoder) throws {
                let container = try decoder.singleValueContainer()
                if let text = try? container.decode(String.self) {
                    self = .text(text)
                } else {
                    self = .parts(try container.decode([Part].self))
                }
            }
        }

        struct Part: Decodable {
            let type: String
            let text: String?
            let time: Double?
            let timestamps: [Double]?
            let numFrames: Int?
        }

        let cases: [Case]
    }

    static func isReader(of folder: VectorFolder) throws -> Bool { folder.has("prompts.json") }

    static func check(_ folder: VectorFolder) throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        let data = try Data(contentsOf: folder.url.appending(path: "prompts.json"))
        let golden = try decoder.decode(Golden.self, from: data)
        #expect(!golden.cases.isEmpty)
        for item in golden.cases {
            let messages = try item.messages.map { message in
                VideoLLaMA3Prompt.Message(role: message.role, parts: try parts(message.content))
            }
            let found = VideoLLaMA3Prompt.text(messages, asksForAnswer: item.addGenerationPrompt)
            #expect(found == item.prompt, "\(folder.name)")
        }
    }

    private static func parts(_ content: Golden.Content) throws -> [VideoLLaMA3Prompt.Part] {
        switch content {
        case .text(let text): return [.text(text)]
        case .parts(let parts):
            return try parts.map { part in
                switch part.type {
                case "text": return .text(try #require(part.text))
                case "image": return .picture(seconds: part.time)
                default:
                    if let seconds = part.timestamps { return .frames(seconds: seconds) }
                    return .untimedFrames(try #require(part.numFrames))
                }
            }
        }
    }
}
