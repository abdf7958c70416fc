import Base
import Foundation
import NN
import TestSupport
import Testing
import VLM

/// The bundled encoder against what its training program computed (`Tests/Fixtures/starter-encoder/golden.json`).
@Suite("starter encoder", .tags(.parity))
struct StarterEncoderTests {
    private struct Golden: Decodable {
        struct Text: Decodable {
            let text: String
            let ids: [Int]
            let embeds: [Float]
        }

        struct Look: Decodable {
            /// RGB bytes of one picture, a look as the encoder takes it.
            let pixels: Data
            let embeds: [Float]
        }

        let texts: [Text]
        let looks: [Look]
    }

    private static let folder = Fixtures.root.appending(path: "share/models/starter-encoder").path
    private static let goldenFile = Fixtures.folder.appending(path: "starter-encoder/golden.json")
    private static let isThere = [folder, goldenFile.path].allSatisfy { FileManager.default.fileExists(atPath: $0) }

    @Test("texts and looks are encoded as in training", .enabled(if: isThere, "no starter encoder in this checkout"))
    func encodings() throws {
        let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: Self.goldenFile))
        let model = try CLIP.load(folder: Self.folder)
        let tokenizer = try BytePairTokenizer.clip(folder: Self.folder).tokenizer
        for item in golden.texts {
            #expect(try tokenizer.sequence(of: item.text, length: model.contextLength) == item.ids, "\(item.text)")
            let found = model.encode(ids: [item.ids]).values
            expectClose(
                Tensor(found, shape: [found.count]), Tensor(item.embeds, shape: [item.embeds.count]), .features,
                item.text)
        }
        let side = model.imageSize
        let pictures = golden.looks.map { Picture(width: side, height: side, pixels: Array($0.pixels)) }
        let expected = Tensor(rows: golden.looks.map(\.embeds))
        expectClose(Tensor(rows: model.encode(pictures: pictures)), expected, .features, "looks")
    }

    /// The engine's promise for int8 (docs/design/05-engine.md).
    private static let leastCosine: Float = 0.998

    @Test("in int8 its vectors turn by little", .enabled(if: isThere, "no starter encoder in this checkout"))
    func quantised() throws {
        let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: Self.goldenFile))
        let exact = try CLIP.load(folder: Self.folder)
        let model = try CLIP.load(folder: Self.folder, precision: .int8)
        #expect(model.digest != exact.digest)
        let side = model.imageSize
        let looks = model.encode(
            pictures: golden.looks.map { Picture(width: side, height: side, pixels: Array($0.pixels)) })
        let texts = try golden.texts.filter { !$0.text.isEmpty }.map { try model.encode(text: $0.text).values }
        let expected = golden.looks.map(\.embeds) + golden.texts.filter { !$0.text.isEmpty }.map(\.embeds)
        for (found, embeds) in zip(looks + texts, expected) {
            let cosine = zip(found, embeds).reduce(0) { $0 + $1.0 * $1.1 }
            #expect(cosine >= Self.leastCosine, "cosine \(cosine)")
        }
    }

    @Test(
        "its vocabulary knows the words it was trained on", .enabled(if: isThere, "no starter encoder in this checkout")
    )
    func words() throws {
        let model = try CLIP.load(folder: Self.folder)
        #expect(try model.unknownWords(in: "a person walks through the yard").isEmpty)
        #expect(try model.unknownWords(in: "a person with a zyzzyva") == ["zyzzyva"])
    }
}
