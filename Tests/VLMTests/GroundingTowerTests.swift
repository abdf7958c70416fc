import Base
import Foundation
import NN
import TestSupport
import Testing
import VLM

/// SlowFast and BLIP-2 as folders and files: what is refused, and what a picture and a sentence become.
@Suite("towers that grounding networks read")
struct GroundingTowerTests {
    private static let vectors = Fixtures.folder.appending(path: "vectors/vlm")
    private let folder: ScratchFolder
    init() throws { folder = try ScratchFolder() }

    /// A copy of the fixture `name` in which `change` has changed `file`.
    private func copy(_ name: String, _ file: String, _ change: (inout [String: Any]) -> Void) throws -> String {
        for other in ["config.json", "model.safetensors"] {
            try folder.copy(Self.vectors.appending(path: "\(name)/\(other)"))
        }
        let data = try Data(contentsOf: folder.url.appending(path: file))
        var object = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
        change(&object)
        try JSONSerialization.data(withJSONObject: object).write(to: folder.url.appending(path: file))
        return folder.path
    }

    @Test("the slow pathway sees every fourth frame, from the first to the last")
    func frames() {
        #expect(SlowFast.places(rate: 30).first == 0 && SlowFast.places(rate: 30).last == 59)
        #expect(SlowFast.places(rate: 30).count == SlowFast.frames)
        #expect(SlowFast.places(rate: 0) == SlowFast.places(rate: 1))
        #expect(SlowFast.places(rate: 1_000_000).allSatisfy { (0..<SlowFast.clipFrames).contains($0) })
    }

    @Test("a clip of pictures of any size becomes one encoding")
    func clip() throws {
        let model = try SlowFast.load(path: Self.vectors.appending(path: "slowfast_tiny").path)
        let picture = { (shade: UInt8, width: Int) in
            Picture(width: width, height: 90, pixels: [UInt8](repeating: shade, count: width * 90 * 3))
        }
        let still = model.encode(clip: Array(repeating: picture(40, 120), count: SlowFast.frames))
        #expect(still.count == model.width && still.allSatisfy(\.isFinite))
        #expect(model.encode(clip: Array(repeating: model.sized(picture(40, 300)), count: SlowFast.frames)) == still)
        let moving = (0..<SlowFast.frames).map { picture(UInt8($0 % 2 * 200), 120) }
        #expect(model.encode(clip: moving) != still)
    }

    @Test("weights of something else, or with a part missing, are refused by name")
    func refusedWeights() throws {
        let other = Self.vectors.appending(path: "blip2_itm_tiny/model.safetensors").path
        #expect(throws: ModelError.weights(.missingKey(file: other, key: "blocks.0.multipathway_blocks.0.conv.weight")))
        {
            _ = try SlowFast.load(path: other)
        }
        #expect(throws: ModelError.self) { _ = try SlowFast.load(path: folder.path + "/none.pyth") }
        let slow = Self.vectors.appending(path: "slowfast_tiny")
        #expect(throws: ModelError.self) { _ = try BLIP2.loadNetwork(folder: slow.path) }
        let inspected = try ModelInspection(folder: slow.path)
        #expect(inspected.recipe == .slowFast && inspected.isLoadable, "\(inspected.missing) \(inspected.unknown)")
    }

    @Test("a folder whose sizes contradict each other is refused by name")
    func refusedSizes() throws {
        let path = try copy("blip2_itm_tiny", "config.json") { object in
            var reader = object["qformer_config"] as? [String: Any] ?? [:]
            reader["encoder_hidden_size"] = 31
            object["qformer_config"] = reader
        }
        #expect(
            throws: ModelError.badConfiguration(
                file: path + "/config.json", key: "qformer_config.encoder_hidden_size", problem: "31, the tower's is 32"
            )
        ) { _ = try BLIP2.loadNetwork(folder: path) }
        let inspected = try ModelInspection(folder: Self.vectors.appending(path: "blip2_lavis_tiny").path)
        #expect(inspected.recipe == .blip2 && inspected.isLoadable, "\(inspected.missing) \(inspected.unknown)")
    }

    @Test("pictures become several vectors each, sentences one of length 1; marks that are no words are refused")
    func encodings() throws {
        let path = try copy("blip2_itm_tiny", "config.json") { _ in }
        try folder.copy(Fixtures.folder.appending(path: "tokenizers/bert-uncased/tokenizer.json"))
        let model = try BLIP2.load(folder: path)
        let picture = Picture(width: 40, height: 30, pixels: (0..<3600).map { UInt8($0 * 7 % 256) })
        let vectors = model.encode(pictures: [picture, picture])
        #expect(vectors.shape == [2, model.vectorsPerPicture, model.width])
        #expect(vectors[0].values == vectors[1].values)
        let sentence = try model.encode(text: "a person at the gate")
        #expect(sentence.values.count == model.width)
        #expect(abs(sentence.values.reduce(0) { $0 + $1 * $1 } - 1) < 1e-4)
        // Beyond 35 tokens a text is cut, so what follows changes nothing.
        let long = String(repeating: "gate ", count: 60)
        #expect(try model.encode(text: long).values == model.encode(text: long + "person").values)
        #expect(throws: ModelError.self) { _ = try model.encode(text: "  ") }
        let deaf = try BLIP2.loadNetwork(folder: path)
        #expect(throws: ModelError.self) { _ = try deaf.encode(text: "a person") }
    }
}
