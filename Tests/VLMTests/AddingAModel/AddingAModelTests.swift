import Base
import Foundation
import NN
import TestSupport
import Testing
import VLM

/// The example of docs/adding-a-model.md works, and stands there as it is here.
@Suite("the example of a new model")
struct AddingAModelTests {
    private static let folder = Fixtures.folder.appending(path: "vit_tiny")

    @Test("the page shows the recipe of this folder word for word, in at most 150 lines")
    func page() throws {
        let recipe = try String(
            contentsOf: URL(filePath: #filePath).deletingLastPathComponent().appending(path: "PlainViT.swift"),
            encoding: .utf8)
        let page = try String(contentsOf: Fixtures.root.appending(path: "docs/adding-a-model.md"), encoding: .utf8)
        #expect(page.contains("```swift\n" + recipe + "```\n"), "docs/adding-a-model.md shows another PlainViT.swift")
        #expect(recipe.split(separator: "\n", omittingEmptySubsequences: false).count <= 150)
    }

    @Test("the recipe gives the reference's numbers")
    func parity() throws {
        let model = try PlainViT.load(folder: Self.folder.path)
        let golden = try SafetensorsFile(path: Self.folder.appending(path: "golden.safetensors").path)
        let expected = try golden.floats("pooled")
        let found = model.pooled(try golden.floats("pixel_values"))
        #expect(found.shape == expected.shape)
        let bound = 1e-4 * (1 + (expected.values.map(abs).max() ?? 0))
        #expect(zip(found.values, expected.values).allSatisfy { abs($0 - $1) <= bound })
    }

    @Test("it encodes pictures of any size and refuses damaged folders")
    func folder() throws {
        let model = try PlainViT.load(folder: Self.folder.path)
        let picture = Picture(width: 31, height: 9, pixels: [UInt8](repeating: 90, count: 31 * 9 * 3))
        #expect(model.encode(pictures: [picture])[0].count == model.width)
        #expect(throws: ModelError.self) { try model.encode(text: "a person") }
        let scratch = try ScratchFolder()
        try scratch.copy(Self.folder.appending(path: "config.json"))
        #expect(throws: ModelError.self) { try PlainViT.load(folder: scratch.path) }
    }

    @Test(
        "every recipe of the product is that short", arguments: ["CLIP", "SigLIP", "SigLIP2", "DINOv2", "SentenceBERT"])
    func length(name: String) throws {
        let file = Fixtures.root.appending(path: "Sources/VLM/Recipes/\(name).swift")
        let lines = try String(contentsOf: file, encoding: .utf8).split(
            separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.count <= 150, "\(lines.count) lines")
    }
}
