import Foundation
import TestSupport
import Testing

/// One line on standard error that says what to do, the right exit code, and no crash.
@Suite("Command line on bad input", .tags(.integration), .timeLimit(.minutes(5)), .serialized)
struct CommandLineTests {
    private static let media = Fixtures.folder.appending(path: "media")

    @Test(
        "a file that cannot be analysed is refused in one line",
        arguments: [
            ("missing.mp4", "no such file"), ("text.mp4", "no known media format"), ("audio_only.mp4", "no video"),
            ("truncated.mp4", ""), ("encrypted.mp4", "encrypted"),
        ])
    func refusedFiles(name: String, words: String) throws {
        let outcome = try AlertdProgram.run(["ground", Self.media.appending(path: name).path, "a person"])
        expectRefusal(outcome, status: 2, words: words)
    }

    @Test("a directory and an empty file are refused")
    func notFiles() throws {
        let folder = try ScratchFolder()
        expectRefusal(try AlertdProgram.run(["ground", folder.url.path, "a person"]), status: 2, words: "directory")
        let empty = try folder.write("empty.mp4", Data())
        expectRefusal(try AlertdProgram.run(["ground", empty, "a person"]), status: 2, words: "empty")
    }

    @Test(
        "wrong usage exits with 64",
        arguments: [
            ["ingest"], ["ingest", "a.mp4"], ["ingest", "a.mp4", "--camera", "no/slash"], ["nonsense"],
            ["ingest", "a.mp4", "--camera", "gate", "--start", "yesterday"], ["events", "list", "--limit", "0"],
            ["ground", "a.mp4", "x", "--fps", "0"], ["ground", "a.mp4", "x", "--top", "9223372036854775807"],
            ["ground", "a.mp4", "x", "--fps", "nan"], ["ingest", "a.mp4", "--camera", "gate", "--fps", "1e-300"],
            ["ground", "a.mp4", "x", "--method", "guess"],
            ["search", "x", "--since", "2026-05-02T00:00:00Z", "--until", "2026-05-01T00:00:00Z"],
        ])
    func usage(arguments: [String]) throws {
        let outcome = try AlertdProgram.run(arguments)
        #expect(outcome.status == 64)
        #expect(!outcome.errors.isEmpty && outcome.output.isEmpty)
    }

    @Test("a database that is down exits with 69 and its password stays secret")
    func databaseDown() throws {
        let folder = try ScratchFolder()
        let outcome = try AlertdProgram.run([
            "events", "list", "--state", folder.file("state").path,
            "--database", "postgresql://alertd:very-secret@127.0.0.1:1/alertd",
        ])
        expectRefusal(outcome, status: 69, words: "127.0.0.1")
        #expect(!outcome.errors.contains("very-secret"))
    }

    @Test("the configuration file says where state and database are, and a wrong one exits with 78")
    func configuration() throws {
        let folder = try ScratchFolder()
        let state = folder.file("chosen").path
        let right = try folder.write("right.yaml", Data("state: \(state)\n".utf8))
        let outcome = try AlertdProgram.run(["db", "status", "--json", "--config", right])
        #expect(outcome.status == 0 && outcome.output.contains(state), "\(outcome.errors)")
        let url = "postgresql://u:${DOOR}@127.0.0.1:1/x"
        let server = try folder.write("server.yaml", Data("state: \(state)\ndatabase: \(url)\n".utf8))
        let down = try AlertdProgram.run(["events", "list", "--config", server], environment: ["DOOR": "hidden-word"])
        expectRefusal(down, status: 69, words: "127.0.0.1")
        #expect(!down.errors.contains("hidden-word"))
        let wrong = try folder.write("wrong.yaml", Data("stat: /x\n".utf8))
        for arguments in [["db", "status"], ["events", "list"], ["search", "a person"], ["check-config"]] {
            let refused = try AlertdProgram.run(arguments + ["--config", wrong])
            #expect(refused.status == 78 && refused.errors.contains("stat"), "\(refused.errors)")
        }
    }

    @Test("a malformed database address exits with 64")
    func malformedAddress() throws {
        let folder = try ScratchFolder()
        let outcome = try AlertdProgram.run([
            "events", "list", "--state", folder.file("state").path, "--database", "postgresql://[nonsense",
        ])
        expectRefusal(outcome, status: 64, words: "")
    }

    @Test("a state directory that is a file or cannot be made is refused")
    func stateDirectory() throws {
        let folder = try ScratchFolder()
        let file = try folder.write("file", Data("x".utf8))
        expectRefusal(try AlertdProgram.run(["db", "status", "--state", file]), status: 2, words: "not a directory")
        let inside = try AlertdProgram.run(["db", "status", "--state", file + "/state"])
        expectRefusal(inside, status: 2, words: file)
        let unwritable = try AlertdProgram.run(["db", "status", "--state", "/proc/alertd"])
        expectRefusal(unwritable, status: 2, words: "/proc/alertd")
    }

    @Test("a checkpoint that lies or does not fit is refused, naming the file and the tensor")
    func checkpoints() throws {
        let starter = Fixtures.root.appending(path: "share/models/starter-encoder")
        let weights = try Data(contentsOf: starter.appending(path: "model.safetensors"))
        let headerLength = Int(weights[0]) | Int(weights[1]) << 8 | Int(weights[2]) << 16
        var lying = weights
        lying[7] = 0x7F
        var misshaped = String(decoding: weights[8..<(8 + headerLength)], as: UTF8.self)
        misshaped = misshaped.replacing("[1,128]", with: "[128,1]").replacing(
            "\"logit_scale\"", with: "\"logit_scalf\"")
        var renamed = weights
        renamed.replaceSubrange(8..<(8 + headerLength), with: Data(misshaped.utf8))
        let cases: [(Data, String)] = [
            (lying, "model.safetensors"), (weights.prefix(weights.count - 100), "model.safetensors"),
            (weights.prefix(4), "model.safetensors"), (renamed, "logit_scal"), (Data(), "model.safetensors"),
        ]
        for (contents, words) in cases {
            let folder = try ScratchFolder()
            let model = folder.file("model")
            try FileManager.default.copyItem(at: starter, to: model)
            try contents.write(to: model.appending(path: "model.safetensors"))
            let clip = Self.media.appending(path: "bframes.mp4").path
            let outcome = try AlertdProgram.run(["ground", clip, "a person", "--encoder", model.path])
            expectRefusal(outcome, status: 2, words: words)
        }
        let missing = try AlertdProgram.run(["ground", "x.mp4", "a person", "--encoder", "/nonexistent"])
        expectRefusal(missing, status: 2, words: "")
    }

    private func expectRefusal(_ outcome: AlertdProgram.Outcome, status: Int32, words: String) {
        #expect(outcome.status == status, "\(outcome.errors)")
        #expect(outcome.errorLines.count == 1, "\(outcome.errors)")
        #expect(outcome.errors.hasPrefix("alertd: "), "\(outcome.errors)")
        #expect(words.isEmpty || outcome.errors.localizedCaseInsensitiveContains(words), "\(outcome.errors)")
        #expect(outcome.output.isEmpty)
    }
}
