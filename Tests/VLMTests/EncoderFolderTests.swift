import Base
import Foundation
import NN
import TestSupport
import Testing
import VLM

@Suite("folders of SigLIP and DINOv2, and what inspecting says of them")
struct EncoderFolderTests {
    private let folder: ScratchFolder
    init() throws { folder = try ScratchFolder() }

    private func picture(_ width: Int, _ height: Int, _ seed: Int) -> Picture {
        Picture(
            width: width, height: height, pixels: (0..<width * height * 3).map { UInt8(truncatingIfNeeded: $0 * seed) })
    }

    @Test(
        "both SigLIPs encode pictures and sentences of any length; a batch gives what each alone gives",
        arguments: [false, true])
    func siglip(isFlexible: Bool) throws {
        try TinyModel.siglip(isFlexible: isFlexible).write(to: folder)
        let model = try Recipe.loadEncoder(folder: folder.path)
        let pictures = [
            picture(20, 17, 3), picture(20, 17, 5), picture(9, 40, 7), picture(1, 1, 1), picture(300, 2, 9),
        ]
        let vectors = model.encode(pictures: pictures)
        #expect(vectors.count == pictures.count && model.width == 8)
        for (vector, picture) in zip(vectors, pictures) {
            #expect(abs(vector.map { $0 * $0 }.reduce(0, +) - 1) < 1e-5)
            #expect(zip(vector, model.encode(pictures: [picture])[0]).allSatisfy { abs($0 - $1) < 1e-5 })
        }
        #expect(model.encode(pictures: []).isEmpty)
        let lower = try model.encode(text: "the model and the frame")
        #expect(try model.encode(text: "The MODEL and the frame").values == lower.values)
        #expect(try model.encode(text: String(repeating: "word ", count: 300)).values.count == 8)
        #expect(throws: ModelError.self) { try model.encode(text: "") }
        #expect(model.digest.count == 64)
        #expect(try Recipe(folder: folder.path).verify(folder: folder.path) == model.digest)
    }

    @Test("DINOv2 encodes pictures and refuses sentences by name")
    func dinov2() throws {
        let source = Fixtures.folder.appending(path: "vectors/vlm/dinov2_registers_tiny")
        for name in ["config.json", "model.safetensors"] { try folder.copy(source.appending(path: name)) }
        let model = try Recipe.loadEncoder(folder: folder.path)
        let vector = model.encode(pictures: [picture(50, 30, 3)])[0]
        #expect(vector.count == 32 && abs(vector.map { $0 * $0 }.reduce(0, +) - 1) < 1e-5)
        #expect(throws: ModelError.hasNoText(model: "dinov2_with_registers")) { try model.encode(text: "a person") }
        #expect(throws: ModelError.hasNoText(model: "dinov2_with_registers")) { try model.unknownWords(in: "a") }
    }

    @Test("a sound folder is inspected as loadable, with its size at each precision")
    func sound() throws {
        let tiny = try TinyModel.siglip()
        try tiny.write(to: folder)
        let inspection = try ModelInspection(folder: folder.path)
        #expect(inspection.isLoadable && inspection.recipe == .siglip, "\(inspection.problems)")
        let count = tiny.tensors.reduce(0) { $0 + $1.shape.reduce(1, *) }
        #expect(inspection.parameters == count)
        #expect(inspection.memory.map(\.bytes).prefix(2) == [4 * count, 2 * count])
        #expect(inspection.memory[2].bytes < 2 * count)
    }

    @Test("all missing, unknown and unfit keys are named at once")
    func damagedWeights() throws {
        var tiny = try TinyModel.siglip()
        tiny.tensors.removeAll { ["logit_bias", "text_model.head.weight"].contains($0.key) }
        tiny.tensors.append(("text_model.more", [2]))
        let place = try #require(tiny.tensors.firstIndex { $0.key == "vision_model.post_layernorm.weight" })
        tiny.tensors[place].shape = [9]
        tiny.replaced["logit_scale"] = [.nan]
        try tiny.write(to: folder)
        let inspection = try ModelInspection(folder: folder.path)
        #expect(inspection.missing == ["logit_bias", "text_model.head.weight"])
        #expect(inspection.unknown == ["text_model.more"])
        #expect(inspection.problems.count == 2 && !inspection.isLoadable)
        #expect(inspection.problems.contains { $0.contains("vision_model.post_layernorm.weight") })
        #expect(inspection.problems.contains { $0.contains("logit_scale") && $0.contains("NaN") })
    }

    @Test("a configuration that promises giant weights ends the inspection without taking memory for them")
    func giant() throws {
        var tiny = try TinyModel.siglip()
        var text = try #require(tiny.config["text_config"] as? [String: Any])
        text["vocab_size"] = 4_000_000
        text["hidden_size"] = 65536
        tiny.config["text_config"] = text
        try tiny.write(to: folder)
        #expect(throws: ModelError.self) { try Recipe.loadEncoder(folder: folder.path) }
        #expect(try !ModelInspection(folder: folder.path).isLoadable)
    }

    @Test(
        "a damaged folder is refused by a typed error, naming what is wrong",
        arguments: [
            ("projection_size", #"{"text_config":{"projection_size":9}}"#),
            ("vision_use_head", #"{"vision_config":{"vision_use_head":false}}"#),
            ("image_size", #"{"vision_config":{"image_size":0}}"#),
            ("patch_size", #"{"vision_config":{"patch_size":99}}"#),
            ("hidden_act", #"{"vision_config":{"hidden_act":"x"}}"#),
            ("max_position_embeddings", #"{"text_config":{"max_position_embeddings":1}}"#),
            ("num_attention_heads", #"{"vision_config":{"num_attention_heads":3}}"#),
            ("vocab", #"{"text_config":{"vocab_size":9}}"#),
        ])
    func refused(key: String, change: String) throws {
        var tiny = try TinyModel.siglip()
        let changes = try #require(
            try JSONSerialization.jsonObject(with: Data(change.utf8)) as? [String: [String: Any]])
        for (section, values) in changes {
            tiny.config[section] = (tiny.config[section] as? [String: Any])?.merging(values) { $1 }
        }
        if key == "vocab" {
            let place = try #require(
                tiny.tensors.firstIndex { $0.key == "text_model.embeddings.token_embedding.weight" })
            tiny.tensors[place].shape = [9, 8]
        }
        try tiny.write(to: folder)
        let error = #expect(throws: ModelError.self) { try Recipe.loadEncoder(folder: folder.path) }
        #expect(error?.description.contains(key) == true, "\(error.map(String.init(describing:)) ?? "")")
    }

    @Test("NaN weights, a missing tokenizer and a model type that nobody knows are refused")
    func others() throws {
        var tiny = try TinyModel.siglip()
        tiny.replaced["text_model.head.bias"] = Array(repeating: .infinity, count: 8)
        try tiny.write(to: folder)
        #expect(throws: ModelError.self) { try Recipe.loadEncoder(folder: folder.path) }
        tiny = try TinyModel.siglip()
        tiny.files = []
        let second = try ScratchFolder()
        try tiny.write(to: second)
        #expect(throws: ModelError.self) { try Recipe.loadEncoder(folder: second.path) }
        try second.write(["model_type": "bert"] as [String: Any], to: "config.json")
        #expect(throws: ModelError.self) { try Recipe.loadEncoder(folder: second.path) }
        try second.write(["model_type": "other"] as [String: Any], to: "config.json")
        #expect(throws: ModelError.self) { try ModelInspection(folder: second.path) }
    }
}
