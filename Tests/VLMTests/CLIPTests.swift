import Base
import Foundation
import NN
import TestSupport
import Testing
import VLM

@Suite("CLIP folders")
struct CLIPTests {
    private func loaded(
        _ tiny: TinyCLIP = TinyCLIP(), tokenizer: [String] = ["tokenizer.json"]
    ) throws -> CLIP {
        let folder = try ScratchFolder()
        try tiny.write(to: folder, tokenizer: tokenizer)
        return try CLIP.load(folder: folder.path)
    }

    private func refusal(_ change: (inout TinyCLIP) -> Void) throws -> ModelError? {
        var tiny = TinyCLIP()
        change(&tiny)
        do {
            _ = try loaded(tiny)
            return nil
        } catch let error as ModelError { return error }
    }

    private func picture(_ seed: Int) -> Picture {
        Picture(width: 20, height: 17, pixels: (0..<20 * 17 * 3).map { UInt8(truncatingIfNeeded: $0 * seed) })
    }

    @Test("pictures and sentences become unit vectors; a batch gives what each alone gives")
    func encoding() throws {
        let model = try loaded()
        let pictures = (1...19).map(picture)
        let vectors = model.encode(pictures: pictures)
        #expect(vectors.count == 19)
        for (vector, picture) in zip(vectors, pictures) {
            #expect(abs(vector.map { $0 * $0 }.reduce(0, +) - 1) < 1e-5)
            let alone = model.encode(pictures: [picture])[0]
            #expect(zip(vector, alone).allSatisfy { abs($0 - $1) < 1e-5 })
        }
        #expect(model.encode(pictures: []).isEmpty)
        let text = try model.encode(text: "a man in a red jacket")
        #expect(text.values.count == model.width && model.width == 6)
        #expect(model.imageSize == 16)
        #expect(text.text == "a man in a red jacket")
    }

    @Test("texts beside each other do not change each other, whatever their lengths")
    func paddedTexts() throws {
        let model = try loaded()
        let texts = [[1112, 5, 1113], [1112, 5, 9, 300, 40, 1113], [1112, 7, 1113, 4, 4, 4, 4]]
        let together = model.encode(ids: texts).rowArrays
        for (ids, row) in zip(texts, together) {
            let alone = model.encode(ids: [ids]).values
            #expect(zip(row, alone).allSatisfy { abs($0 - $1) < 1e-5 })
        }
    }

    @Test("a text longer than the context is cut, an empty one refused")
    func textLength() throws {
        let model = try loaded()
        _ = try model.encode(text: String(repeating: "word ", count: 500))
        for text in ["", "  \n", "\u{3000}\t"] {
            #expect(throws: ModelError.self) { try model.encode(text: text) }
        }
        #expect(throws: ModelError.self) { try model.encode(text: String(repeating: "a", count: 70_000)) }
    }

    @Test("the digest changes with weights, configuration and tokenizer, and only with them")
    func digest() throws {
        let digest = try loaded().digest
        #expect(digest.count == 64)
        #expect(try loaded().digest == digest)
        var other = TinyCLIP()
        other.replaced["logit_scale"] = [1]
        #expect(try loaded(other).digest != digest)
        other = TinyCLIP()
        other.config["note"] = 1
        #expect(try loaded(other).digest != digest)
        #expect(try loaded(tokenizer: ["vocab.json", "merges.txt"]).digest != digest)
    }

    @Test("the end of a text: eos_token_id, or the largest id where an old file says 2")
    func legacyEnd() throws {
        var old = TinyCLIP()
        old.set("text_config", "eos_token_id", to: 2)
        let (new, legacy) = (try loaded(), try loaded(old))
        let ids = [1112, 40, 1113, 6]
        #expect(new.encode(ids: [ids]).values == legacy.encode(ids: [ids]).values)
        let noEnd = [1112, 40, 41]
        #expect(new.encode(ids: [noEnd]).values == legacy.encode(ids: [noEnd]).values)
    }

    @Test("position_ids buffers of old files are ignored, other extra tensors refused by name")
    func extraTensors() throws {
        #expect(try refusal { $0.tensors.append(("text_model.embeddings.position_ids", [1, 16])) } == nil)
        guard
            case .weights(.unusedKeys(_, ["extra.weight"])) = try refusal({ $0.tensors.append(("extra.weight", [2])) })
        else {
            Issue.record("not refused")
            return
        }
    }

    @Test("every missing, misshapen and NaN tensor is refused by name", arguments: TinyCLIP().tensors.map(\.key))
    func damagedTensor(key: String) throws {
        guard case .weights(.missingKey(_, key)) = try refusal({ $0.tensors.removeAll { $0.key == key } }) else {
            Issue.record("missing \(key) not refused")
            return
        }
        let misshapen = try refusal { tiny in
            tiny.tensors = tiny.tensors.map { $0.key == key ? (key, $0.shape + [2]) : $0 }
        }
        guard case .weights(.wrongShape(_, key, _, _)) = misshapen else {
            Issue.record("misshapen \(key) not refused")
            return
        }
        let damaged = try refusal { tiny in
            let count = tiny.tensors.first { $0.key == key }?.shape.reduce(1, *) ?? 0
            tiny.replaced[key] = Array(repeating: 0, count: count - 1) + [.nan]
        }
        guard case .weights(.notFinite(_, key)) = damaged else {
            Issue.record("NaN in \(key) not refused")
            return
        }
    }

    @Test(
        "impossible configurations are refused with their key",
        arguments: [
            ("vision_config", "hidden_size", "0"), ("vision_config", "hidden_size", "-8"),
            ("vision_config", "hidden_size", "1e99"), ("vision_config", "hidden_size", "9223372036854775807"),
            ("vision_config", "num_hidden_layers", "100000"), ("vision_config", "num_attention_heads", "3"),
            ("vision_config", "patch_size", "17"), ("vision_config", "num_channels", "1"),
            ("vision_config", "hidden_act", "\"mish\""), ("vision_config", "hidden_act", "3"),
            ("text_config", "vocab_size", "1000"), ("text_config", "vocab_size", "\"x\""),
            ("text_config", "max_position_embeddings", "1"), ("text_config", "layer_norm_eps", "-1"),
            ("text_config", "eos_token_id", "null"),
        ])
    func impossibleConfiguration(section: String, key: String, json: String) throws {
        let value: Any =
            switch json {
            case "null": NSNull()
            case let text where text.hasPrefix("\""): String(text.dropFirst().dropLast())
            default: Int(json).map { $0 as Any } ?? Double(json) as Any
            }
        let error = try refusal { $0.set(section, key, to: value) }
        guard case .badConfiguration(_, let found, _) = error, found == section + "." + key else {
            Issue.record("\(error.map(String.init(describing:)) ?? "accepted")")
            return
        }
    }

    @Test("the recipe is chosen by model_type; others are refused")
    func recipes() throws {
        let folder = try ScratchFolder()
        try TinyCLIP().write(to: folder)
        #expect(try Recipe(folder: folder.path) == .clip)
        try folder.write(["model_type": "blip"], to: "config.json")
        #expect(throws: ModelError.self) { try Recipe(folder: folder.path) }
        #expect(throws: ModelError.self) { try Recipe(folder: "/none") }
    }
}
