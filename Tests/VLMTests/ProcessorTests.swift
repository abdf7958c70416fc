import Base
import Foundation
import NN
import TestSupport
import Testing
import VLM

@Suite("processors of SigLIP, SigLIP 2 and DINOv2")
struct ProcessorTests {
    /// `Tests/Fixtures/processors.json`, made by `Tests/Reference/encoders.py`.
    private func cases() throws -> [[String: Any]] {
        let data = try Data(contentsOf: Fixtures.folder.appending(path: "processors.json"))
        let json = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        return try #require(json?["cases"] as? [[String: Any]])
    }

    @Test("every value is what transformers' processors on Pillow make of the picture")
    func golden() throws {
        var compared = Set<String>()
        for item in try cases() {
            let kind = try #require(item["kind"] as? String)
            let settings = try #require(item["settings"] as? [String: Any])
            let (width, height) = (try #require(item["width"] as? Int), try #require(item["height"] as? Int))
            let pixels = try #require((item["picture"] as? String).flatMap { Data(base64Encoded: $0) })
            let picture = Picture(width: width, height: height, pixels: Array(pixels))
            let folder = try ScratchFolder()
            try folder.write(settings, to: "preprocessor_config.json")
            let found = try values(kind, settings, picture, folder.path, grid: item["grid"] as? [Int])
            #expect(found.count == item["count"] as? Int)
            for pair in try #require(item["values"] as? [[Double]]) {
                let difference = abs(Double(found[Int(pair[0])]) - pair[1])
                #expect(difference < 2e-6, "\(kind) \(width)×\(height) with \(settings): off by \(difference)")
            }
            compared.insert(kind)
        }
        #expect(compared == ["siglip", "siglip2", "dinov2"])
    }

    private func values(
        _ kind: String, _ settings: [String: Any], _ picture: Picture, _ folder: String, grid: [Int]?
    ) throws -> [Float] {
        switch kind {
        case "siglip2":
            let processor = try PatchProcessor(folder: folder, patchSize: #require(settings["patch_size"] as? Int))
            let found = processor.grid(of: picture)
            #expect([found.rows, found.columns] == grid)
            return processor.patches(of: picture).values
        case "siglip":
            let side = try #require((settings["size"] as? [String: Int])?["height"])
            return try ImageProcessor.siglip(folder: folder, side: side).pixels(of: [picture], side: side).values
        default:
            let side = try #require((settings["crop_size"] as? [String: Int])?["height"])
            return try ImageProcessor(folder: folder, side: side).pixels(of: [picture], side: side).values
        }
    }

    @Test("pictures of one pixel and of extreme proportion take at least one patch a side and no more than allowed")
    func extremes() throws {
        let folder = try ScratchFolder()
        try folder.write(["max_num_patches": 64] as [String: Any], to: "preprocessor_config.json")
        let processor = try PatchProcessor(folder: folder.path, patchSize: 16)
        for (width, height) in [(1, 1), (1, 10_000), (10_000, 1), (3, 2), (4000, 3000)] {
            let picture = Picture(
                width: width, height: height, pixels: [UInt8](repeating: 9, count: width * height * 3))
            let grid = processor.grid(of: picture)
            #expect(grid.rows >= 1 && grid.columns >= 1 && grid.rows * grid.columns <= 64, "\(width)×\(height)")
            let patches = processor.patches(of: picture)
            #expect(patches.shape == [grid.rows * grid.columns, 16 * 16 * 3])
            #expect(patches.values.allSatisfy { abs($0 - (9.0 / 127.5 - 1)) < 1e-5 })
        }
    }

    @Test(
        "impossible settings are refused",
        arguments: [
            #"{"max_num_patches":0}"#, #"{"patch_size":8}"#, #"{"resample":6}"#, #"{"do_resize":false}"#,
            #"{"max_num_patches":"many"}"#, #"{"image_std":[0,1,1]}"#,
        ])
    func refused(text: String) throws {
        let folder = try ScratchFolder()
        try folder.write(Array(text.utf8), to: "preprocessor_config.json")
        #expect(throws: ModelError.self) { try PatchProcessor(folder: folder.path, patchSize: 16) }
    }
}
