import Foundation
import TestSupport
import Testing

/// `alertd models list|inspect|verify`, and the encoder's precision.
@Suite("Models on the command line", .tags(.integration), .timeLimit(.minutes(5)), .serialized)
struct ModelsCommandTests {
    private static let starter = Fixtures.root.appending(path: "share/models/starter-encoder")

    private struct ListLine: Decodable {
        let name: String
        let recipe: String
        let parameters: Int?
    }

    private struct Inspection: Decodable {
        let recipe: String
        let parameters: Int
        let memoryBytes: [String: Int]
        let missingKeys: [String]
        let unknownKeys: [String]
        let problems: [String]
        let loadable: Bool
    }

    private struct Verification: Decodable {
        let name: String
        let recipe: String
        let digest: String
    }

    private func lines<Line: Decodable>(_ outcome: AlertdProgram.Outcome, as type: Line.Type) throws -> [Line] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try outcome.lines.map { try decoder.decode(type, from: Data($0.utf8)) }
    }

    /// A copy of the starter encoder whose weights' header `edit` changes, to one of the same length.
    private func damagedStarter(in folder: ScratchFolder, _ edit: (String) -> String) throws -> String {
        let model = folder.file("model")
        try FileManager.default.copyItem(at: Self.starter, to: model)
        var weights = try Data(contentsOf: Self.starter.appending(path: "model.safetensors"))
        let header = 8..<8 + (Int(weights[0]) | Int(weights[1]) << 8 | Int(weights[2]) << 16)
        let edited = Data(edit(String(decoding: weights[header], as: UTF8.self)).utf8)
        #expect(edited.count == header.count && edited != weights[header])
        weights.replaceSubrange(header, with: edited)
        try weights.write(to: model.appending(path: "model.safetensors"))
        return model.path
    }

    @Test("list names the bundled models, and with --recipes every kind that can be loaded")
    func list() throws {
        let bundled = try lines(try AlertdProgram.run(["models", "list", "--json"]), as: ListLine.self)
        let starter = try #require(bundled.first { $0.name == "starter-encoder" })
        #expect(starter.recipe == "clip" && (starter.parameters ?? 0) > 100_000)
        let recipes = try lines(try AlertdProgram.run(["models", "list", "--recipes", "--json"]), as: ListLine.self)
        #expect(Set(recipes.map(\.name)).isSuperset(of: ["clip", "siglip", "siglip2", "dinov2", "bert"]))
        let table = try AlertdProgram.run(["models", "list"])
        #expect(table.status == 0 && table.output.contains("starter-encoder") && table.output.hasPrefix("NAME"))
    }

    @Test("inspect says recipe, parameters and memory, by name and by path")
    func inspect() throws {
        for path in ["starter", Self.starter.path] {
            let outcome = try AlertdProgram.run(["models", "inspect", path, "--json"])
            #expect(outcome.status == 0, "\(outcome.errors)")
            let found = try #require(try lines(outcome, as: Inspection.self).first)
            #expect(found.recipe == "clip" && found.loadable && found.problems.isEmpty)
            #expect(found.missingKeys.isEmpty && found.unknownKeys.isEmpty)
            #expect(found.memoryBytes["fp32"] == 4 * found.parameters)
            #expect((found.memoryBytes["int8"] ?? 0) < found.parameters * 5 / 4)
        }
    }

    @Test("inspect names every missing and unknown key, and every shape that does not fit, at once")
    func faults() throws {
        let folder = try ScratchFolder()
        let path = try damagedStarter(in: folder) {
            $0.replacing("\"logit_scale\"", with: "\"logit_scalX\"")
                .replacing("\"vision_model.pre_layrnorm.bias\"", with: "\"vision_model.pre_layrnorm.biaX\"")
        }
        let outcome = try AlertdProgram.run(["models", "inspect", path, "--json"])
        #expect(outcome.status == 2 && outcome.errorLines.count == 1, "\(outcome.errors)")
        let found = try #require(try lines(outcome, as: Inspection.self).first)
        #expect(found.missingKeys == ["logit_scale", "vision_model.pre_layrnorm.bias"])
        #expect(found.unknownKeys == ["logit_scalX", "vision_model.pre_layrnorm.biaX"])
        #expect(!found.loadable)
        let people = try AlertdProgram.run(["models", "inspect", path])
        #expect(people.output.contains("missing     2: logit_scale") && people.status == 2)
    }

    @Test("inspect refuses what no recipe is for, and what is no folder")
    func strangers() throws {
        let folder = try ScratchFolder()
        _ = try folder.write("config.json", Data(#"{"model_type": "detr"}"#.utf8))
        for (path, words) in [(folder.url.path, "detr"), ("/nonexistent", "/nonexistent")] {
            let outcome = try AlertdProgram.run(["models", "inspect", path])
            #expect(outcome.status == 2 && outcome.errors.contains(words) && outcome.errorLines.count == 1)
            #expect(outcome.output.isEmpty)
        }
    }

    @Test("verify prints one digest a model, and refuses a damaged one by its key")
    func verify() throws {
        let all = try lines(try AlertdProgram.run(["models", "verify", "--json"]), as: Verification.self)
        let one = try lines(try AlertdProgram.run(["models", "verify", "starter", "--json"]), as: Verification.self)
        let starter = try #require(one.first)
        #expect(one.count == 1 && starter.recipe == "clip" && starter.digest.count == 64)
        #expect(all.contains { $0.name == "starter-encoder" && $0.digest == starter.digest })
        let folder = try ScratchFolder()
        let path = try damagedStarter(in: folder) { $0.replacing("\"logit_scale\"", with: "\"logit_scalX\"") }
        let outcome = try AlertdProgram.run(["models", "verify", path])
        #expect(outcome.status == 2 && outcome.errors.contains("logit_scal"), "\(outcome.errors)")
    }

    @Test("models.precision decides what the encoder computes with, and its encodings get another digest")
    func precision() throws {
        let folder = try ScratchFolder()
        func encoder(_ value: String?, _ environment: [String: String] = [:]) throws -> String {
            let yaml = "state: \(folder.file("state").path)\n" + (value.map { "models: { precision: \($0) }\n" } ?? "")
            let file = try folder.write("alertd.yaml", Data(yaml.utf8))
            let outcome = try AlertdProgram.run(["doctor", "--config", file], environment: environment)
            return String(try #require(outcome.lines.first { $0.hasPrefix("ok   encoder") }, "\(outcome.output)"))
        }
        let (chosen, floats, bytes) = (try encoder(nil), try encoder("fp32"), try encoder("int8"))
        // The bundled encoder is small.
        #expect(chosen == floats && floats.contains("fp32") && bytes.contains("int8"))
        let digest = { (line: String) in line.split(separator: " ").last }
        #expect(digest(floats) != digest(bytes))
        #expect(try encoder("fp32", ["ALERTD_MODELS_PRECISION": "int8"]) == bytes)
        let file = try folder.write("wrong.yaml", Data("models: { precision: int4 }\n".utf8))
        let wrong = try AlertdProgram.run(["check-config", "--config", file])
        #expect(wrong.status == 78 && wrong.errors.contains("models.precision"), "\(wrong.errors)")
    }
}
