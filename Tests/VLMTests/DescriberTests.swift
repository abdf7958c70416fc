import Base
import Foundation
import NN
import TestSupport
import Testing
import VLM

@Suite("clips, prompts and what describers need")
struct DescriberTests {
    @Test(
        "times are rounded from the exact binary value, halves to even",
        arguments: [
            (12.25, "12.2"), (12.75, "12.8"), (3.05, "3.0"), (0.0, "0.0"), (0.05, "0.1"), (0.15, "0.1"), (0.25, "0.2"),
            (0.35, "0.3"),
            (0.45, "0.5"), (0.95, "0.9"), (9.95, "9.9"), (99.95, "100.0"), (1e9 + 0.5, "1000000000.5"), (2.675, "2.7"),
            (0.04999, "0.0"),
            (.infinity, "0.0"), (.nan, "0.0"),
        ])
    func times(seconds: Double, text: String) {
        let prompt = VideoLLaMA3Prompt.text(
            [.init(role: "user", parts: [.picture(seconds: seconds)])], asksForAnswer: false)
        #expect(prompt == "<|im_start|>user\nTime \(text)s: <image>\n<|im_end|>\n")
    }

    @Test("sizes are whole squares within the budget, for any picture")
    func sizes() {
        let processor = ClipProcessor(patchSize: 14, merge: 2)
        for (height, width) in [(1, 1), (1, 10_000), (10_000, 1), (480, 640), (1080, 1920), (3, 5)] {
            for frames in [1, 16, 180] {
                for rule in [ClipProcessor.Rule.pixels(fewest: 784, most: 60_000), .tokens(fewest: 1, most: 1600)] {
                    let size = processor.size(height: height, width: width, frames: frames, rule)
                    #expect(size.height % 28 == 0 && size.width % 28 == 0 && size.height > 0 && size.width > 0)
                }
            }
        }
    }

    @Test("patches lie in squares; a clip that stands still keeps its first frame and one token of each other")
    func patches() {
        let processor = ClipProcessor(patchSize: 2, merge: 2)
        let pixels = (0..<8 * 4 * 3).map { UInt8($0) }
        let frames = Array(repeating: Picture(width: 8, height: 4, pixels: pixels), count: 3)
        let (patches, grid) = processor.patches(of: frames, size: (4, 8))
        #expect(grid == PatchGrid(frames: 3, rows: 2, columns: 4, merge: 2) && patches.shape == [24, 12])
        #expect(grid.places.map { [$0.row, $0.column] }.prefix(5) == [[0, 0], [0, 1], [1, 0], [1, 1], [0, 2]])
        // Red of the first patch: pixels (0, 0), (0, 1), (1, 0), (1, 1).
        let red = patches.rows(0..<1).values.prefix(4).map { ($0 + 1) * 127.5 }
        #expect(zip(red, [0, 3, 24, 27]).allSatisfy { abs($0 - $1) < 1e-3 })
        let kept = FrameDifferenceFilter().kept(patches, grid)
        #expect(kept == [[true, true], [true, false], [true, false]])
        #expect(FrameDifferenceFilter(threshold: 4, fewest: 0).kept(patches, grid)[1] == [false, false])
        #expect(FrameDifferenceFilter(threshold: 4, fewest: 9).kept(patches, grid)[1] == [true, true])
    }

    @Test("a decoder's folder is inspected and verified like an encoder's, and is no encoder")
    func registry() throws {
        let folder = try ScratchFolder()
        try DecoderTests.tiny().write(to: folder)
        let inspection = try ModelInspection(folder: folder.path)
        #expect(inspection.isLoadable && inspection.recipe == .llama && !inspection.recipe.isEncoder)
        #expect(try inspection.recipe.verify(folder: folder.path).count == 64)
        #expect(throws: ModelError.self) { try Recipe.loadEncoder(folder: folder.path) }
        var tiny = DecoderTests.tiny()
        tiny.tensors.removeAll { $0.key.hasSuffix("q_proj.weight") }
        try tiny.write(to: folder)
        #expect(try ModelInspection(folder: folder.path).missing.count == 2)
    }
}
