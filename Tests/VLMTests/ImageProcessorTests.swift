import Base
import Foundation
import NN
import TestSupport
import Testing
import VLM

@Suite("image processor")
struct ImageProcessorTests {
    /// `Tests/Fixtures/clip/processor.json`, made by `Tests/Reference/clip_processor.py`.
    private func cases() throws -> [[String: Any]] {
        let data = try Data(contentsOf: Fixtures.folder.appending(path: "clip/processor.json"))
        let json = try JSONSerialization.jsonObject(with: data) as? [String: Any]
        return try #require(json?["cases"] as? [[String: Any]])
    }

    @Test("pictures are resized and cropped bit for bit as Pillow does, then normalised as transformers does")
    func golden() throws {
        for item in try cases() {
            let (width, height) = (try #require(item["width"] as? Int), try #require(item["height"] as? Int))
            let config = try #require(item["config"] as? [String: Any])
            let side = try #require(item["side"] as? Int)
            let folder = try ScratchFolder()
            try folder.write(config, to: "preprocessor_config.json")
            let processor = try ImageProcessor(folder: folder.path, side: side)
            let picture = Picture(width: width, height: height, pixels: Array(try base64(item["picture"])))
            let sized = processor.sized(picture)
            #expect(sized.pixels == Array(try base64(item["sized"])), "\(width)×\(height) with \(config)")
            let pixels = processor.pixels(of: [picture], side: side).values
            for pair in try #require(item["pixels"] as? [[Double]]) {
                #expect(abs(Double(pixels[Int(pair[0])]) - pair[1]) < 2e-6, "\(config)")
            }
        }
    }

    private func base64(_ value: Any?) throws -> Data {
        try #require((value as? String).flatMap { Data(base64Encoded: $0) })
    }

    @Test("a picture of one pixel and one of extreme proportion are brought to size")
    func extremes() {
        let processor = ImageProcessor.clip(side: 16)
        for (width, height) in [(1, 1), (1, 5000), (5000, 1), (3, 2)] {
            let pixels = [UInt8](repeating: 77, count: width * height * 3)
            let sized = processor.sized(Picture(width: width, height: height, pixels: pixels))
            #expect(sized == Picture(width: 16, height: 16, pixels: [UInt8](repeating: 77, count: 16 * 16 * 3)))
        }
    }

    @Test("sizes written as plain numbers, as old files do")
    func plainNumbers() throws {
        let folder = try ScratchFolder()
        try folder.write(["size": 16, "crop_size": 16, "resample": 3] as [String: Any], to: "preprocessor_config.json")
        #expect(try ImageProcessor(folder: folder.path, side: 16) == .clip(side: 16))
    }

    @Test(
        "impossible settings are refused with file and key",
        arguments: [
            ("crop_size", #"{"size":16,"crop_size":8}"#), ("size", #"{"do_center_crop":false,"size":16}"#),
            ("size", #"{"size":{"longest_edge":9},"crop_size":16}"#), ("size", #"{"size":"big","crop_size":16}"#),
            ("size", #"{"size":0,"crop_size":16}"#), ("size.shortest_edge", #"{"size":{"shortest_edge":-1}}"#),
            ("size.longest_edge", #"{"size":{"shortest_edge":9,"longest_edge":9},"crop_size":16}"#),
            ("resample", #"{"size":16,"crop_size":16,"resample":9}"#),
            ("image_mean", #"{"size":16,"crop_size":16,"image_mean":[1,2]}"#),
            ("image_std", #"{"size":16,"crop_size":16,"image_std":[1,1,0]}"#),
            ("image_mean", #"{"size":16,"crop_size":16,"image_mean":"x"}"#),
            ("do_resize", #"{"size":16,"crop_size":16,"do_resize":1}"#),
            ("rescale_factor", #"{"size":16,"crop_size":16,"rescale_factor":"x"}"#), ("(document)", "[]"),
            ("(document)", "{"), ("crop_size", #"{"size":16,"crop_size":null}"#),
        ])
    func refused(key: String, text: String) throws {
        let folder = try ScratchFolder()
        try folder.write(Array(text.utf8), to: "preprocessor_config.json")
        let error = #expect(throws: ModelError.self) { try ImageProcessor(folder: folder.path, side: 16) }
        guard case .badConfiguration(_, key, _) = error else {
            Issue.record("\(text): \(error.map(String.init(describing:)) ?? "accepted")")
            return
        }
    }
}
