import Foundation
import Glibc
import TestSupport
import Testing

/// `alertd models pull` from a hub on this machine that serves the bundled encoder, and lies.
@Suite("alertd models pull", .tags(.integration), .timeLimit(.minutes(5)), .serialized)
struct ModelsPullTests {
    private struct Pulled: Decodable {
        let name: String
        let path: String
        let repository: String
        let revision: String
        let licence: String
        let bytes: Int
        let fetchedBytes: Int
    }

    private static let commit = "0123456789abcdef0123456789abcdef01234567"
    private static let weights = "model.safetensors"
    private static let token = "hf_a-token-nobody-may-see"

    private let folder: ScratchFolder
    private let hub: ScriptedServer

    init() throws {
        folder = try ScratchFolder()
        let repository = folder.file("hub/acme/Tiny")
        try FileManager.default.createDirectory(
            at: repository.deletingLastPathComponent(), withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            at: Fixtures.root.appending(path: "share/models/starter-encoder"), to: repository)
        // What a repository holds beside what alertd reads.
        try Data("not ours".utf8).write(to: repository.appending(path: "tf_model.h5"))
        hub = try ScriptedServer("hub-server.py", [folder.file("hub").path])
    }

    private var state: String { folder.file("state").path }
    private var model: URL { folder.file("state/models/tiny") }

    private func arguments(_ more: [String], _ name: String) -> [String] {
        ["models", "pull", name, "--state", state, "--database", "embedded", "--json"] + more
    }

    private var environment: [String: String] {
        ["HF_ENDPOINT": "http://127.0.0.1:\(hub.port)", "HF_TOKEN": Self.token, "ALERTD_CONFIG": "/dev/null"]
    }

    private func pull(
        _ more: [String] = ["--yes"], name: String = "acme/Tiny"
    ) throws -> AlertdProgram.Outcome {
        let outcome = try AlertdProgram.run(arguments(more, name), environment: environment)
        #expect(!(outcome.output + outcome.errors).contains(Self.token))
        return outcome
    }

    private func pulled(_ outcome: AlertdProgram.Outcome) throws -> Pulled {
        #expect(outcome.status == 0, "\(outcome.errors)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(Pulled.self, from: Data(outcome.output.utf8))
    }

    /// Lets the hub misbehave at the file `name` from now on; a new text makes it count anew.
    private func misbehave(_ name: String, _ fault: String) throws {
        _ = try folder.write("hub/faults.json", Data(#"{"\#(name)": \#(fault)}"#.utf8))
    }

    private var requests: [[String: Any]] { hub.journal }

    private func expectWhole() throws {
        let verified = try AlertdProgram.run(
            ["models", "verify", "tiny", "--state", state], environment: ["ALERTD_CONFIG": "/dev/null"])
        #expect(verified.status == 0 && verified.output.contains("files as published"), "\(verified.errors)")
    }

    /// The last line on standard error.
    private func complaint(_ outcome: AlertdProgram.Outcome) throws -> String {
        #expect(outcome.status == 2 && outcome.output.isEmpty, "\(outcome.status) \(outcome.output)")
        #expect(!FileManager.default.fileExists(atPath: model.path))
        return String(try #require(outcome.errorLines.last))
    }

    @Test("a model arrives whole, is named by the configuration, and is not fetched twice")
    func whole() throws {
        let first = try pulled(try pull())
        #expect(first.name == "tiny" && first.repository == "acme/Tiny" && first.revision == Self.commit)
        #expect(first.licence == "apache-2.0" && first.fetchedBytes == first.bytes && first.bytes > 100_000)
        #expect(first.path == model.path)
        try expectWhole()
        #expect(!FileManager.default.fileExists(atPath: model.path + "/tf_model.h5"))
        #expect(requests.allSatisfy { ($0["authorization"] as? String) == "Bearer " + Self.token })
        let before = requests.count
        #expect(try pulled(try pull()).fetchedBytes == 0)
        #expect(requests.dropFirst(before).allSatisfy { ($0["path"] as? String)?.hasPrefix("/api/") == true })

        let yaml = "state: \(state)\nmodels: { encoder: tiny }\n"
        let configuration = try folder.write("alertd.yaml", Data(yaml.utf8))
        let clip = Fixtures.folder.appending(path: "media/bframes.mp4").path
        let ground = try AlertdProgram.run(["ground", clip, "a person", "--config", configuration, "--json"])
        #expect(ground.status == 0 && !ground.lines.isEmpty, "\(ground.errors)")
        let list = try AlertdProgram.run(["models", "list", "--config", configuration, "--json"])
        #expect(
            list.lines.contains { $0.contains(#""status":"pulled""#) && $0.contains(Self.commit) }, "\(list.output)")
        #expect(list.lines.contains { $0.contains(#""status":"available""#) && $0.contains("videollama3-2b") })
    }

    @Test("the licence is shown, and nothing is fetched until somebody agrees")
    func licence() throws {
        let outcome = try pull([])
        #expect(outcome.status == 64 && outcome.errors.contains("licence: apache-2.0"), "\(outcome.errors)")
        #expect(outcome.errors.contains("--yes") && !FileManager.default.fileExists(atPath: model.path))
        #expect(!requests.contains { ($0["path"] as? String)?.contains("/resolve/") == true })
    }

    @Test("a connection that breaks again and again is gone on with where it broke, while it is the same file")
    func cut() throws {
        try misbehave(Self.weights, #"{"fault": "cut", "at": 200000, "times": 3}"#)
        _ = try pulled(try pull())
        try expectWhole()
        let parts = requests.filter { $0["status"] as? Int == 206 }
        let ranges = parts.compactMap { $0["range"] as? String }
        #expect(ranges == ["bytes=200000-", "bytes=400000-", "bytes=600000-"], "\(ranges)")
        #expect(parts.allSatisfy { ($0["if_range"] as? String)?.hasPrefix("\"") == true }, "\(parts)")
    }

    @Test("an interrupted pull is gone on with by the next command")
    func interrupted() throws {
        try misbehave(Self.weights, #"{"fault": "stall", "at": 300000}"#)
        let run = try AlertdProgram.start(arguments(["--yes"], "acme/Tiny"), environment: environment)
        let part = URL(filePath: state + "/models/.pull-tiny/" + Self.weights + ".part")
        let came = eventually(20) { ((try? Data(contentsOf: part))?.count ?? 0) == 300_000 }
        #expect(came)
        run.signal(SIGINT)
        let stopped = try run.wait()
        #expect(stopped.status == 2 && stopped.errors.contains("interrupted"), "\(stopped.errors)")
        let next = try pulled(try pull())
        #expect(next.fetchedBytes <= next.bytes - 300_000, "\(next)")
        #expect(requests.contains { $0["range"] as? String == "bytes=300000-" && $0["status"] as? Int == 206 })
        try expectWhole()
    }

    @Test(
        "what goes wrong once is mended without anybody's help",
        arguments: [
            #"{"fault": "wrong"}"#, #"{"fault": "short", "at": 1000}"#, #"{"fault": "long", "at": 1000}"#,
            #"{"fault": "stall", "at": 1000}"#, #"{"fault": "status", "code": 503, "times": 2}"#,
            #"{"fault": "status", "code": 429, "retry_after": 1, "times": 2}"#, #"{"fault": "change", "at": 1000}"#,
        ])
    func mended(fault: String) throws {
        try misbehave(Self.weights, fault)
        _ = try pulled(try pull(["--yes", "--stall", "1"]))
        try expectWhole()
    }

    @Test("a file that changes, or a server that ignores ranges, while it is gone on with ends in the right file")
    func changed() throws {
        for (bytes, fault) in [(5000, #"{"fault": "change", "at": 0}"#), (6000, #"{"fault": "ignore"}"#)] {
            try? FileManager.default.removeItem(at: model)
            let staging = URL(filePath: state + "/models/.pull-tiny")
            try misbehave(Self.weights, #"{"fault": "stall", "at": \#(bytes), "times": 1}"#)
            let run = try AlertdProgram.start(arguments(["--yes"], "acme/Tiny"), environment: environment)
            let part = staging.appending(path: Self.weights + ".part")
            #expect(eventually(20) { ((try? Data(contentsOf: part))?.count ?? 0) == bytes })
            run.signal(SIGTERM)
            _ = try run.wait()
            try misbehave(Self.weights, fault)
            _ = try pulled(try pull())
            try expectWhole()
        }
    }

    @Test(
        "a server that keeps lying is given up, with the file named and nothing put in place",
        arguments: [
            (#"{"fault": "wrong", "times": 99}"#, "digest"), (#"{"fault": "short", "at": 10, "times": 99}"#, "bytes"),
            (#"{"fault": "long", "at": 10, "times": 99}"#, "bytes"),
            (#"{"fault": "status", "code": 404, "times": 99}"#, "404"),
            (#"{"fault": "status", "code": 403, "times": 99}"#, "HF_TOKEN"),
            (#"{"fault": "status", "code": 429, "retry_after": 3000, "times": 99}"#, "429"),
        ])
    func hopeless(fault: String, word: String) throws {
        try misbehave(Self.weights, fault)
        let line = try complaint(try pull())
        #expect(line.contains(word), "\(line)")
    }

    @Test("a list that cannot be believed is refused before anything is fetched")
    func lists() throws {
        try misbehave("config.json", #"{"fault": "path", "path": "../../escaped", "times": 99}"#)
        #expect(try complaint(try pull()).contains("escaped"))
        try misbehave("tree", #"{"fault": "status", "code": 500, "times": 99}"#)
        #expect(try complaint(try pull()).contains("500"))
        try misbehave("none", "{}")
        #expect(try complaint(try pull(name: "acme/Absent")).contains("404"))
        #expect(!requests.contains { ($0["path"] as? String)?.contains("/resolve/") == true })
        // Another digest than the file's own: all of it comes, none of it is kept.
        try misbehave(Self.weights, #"{"fault": "digest", "times": 99}"#)
        #expect(try complaint(try pull()).contains("digest"))
    }

    @Test("a model that is here is compared with what it was, and the hub with what it listed then")
    func later() throws {
        _ = try pulled(try pull())
        try misbehave(Self.weights, #"{"fault": "digest", "times": 99}"#)
        let dishonest = try pull()
        #expect(dishonest.status == 2 && dishonest.errors.contains("refused model.safetensors"), "\(dishonest.errors)")
        try misbehave("none", "{}")
        let file = try FileHandle(forUpdating: model.appending(path: "config.json"))
        try file.write(contentsOf: Data(" ".utf8))
        try file.close()
        let damaged = try AlertdProgram.run(
            ["models", "verify", "tiny", "--state", state], environment: ["ALERTD_CONFIG": "/dev/null"])
        #expect(damaged.status == 2 && damaged.errors.contains("config.json is damaged"), "\(damaged.errors)")
    }

    @Test("a model that no recipe loads is refused before its weights are fetched, and so is a name that is none")
    func strangers() throws {
        let configuration = folder.file("hub/acme/Tiny/config.json")
        try Data(#"{"model_type": "detr"}"#.utf8).write(to: configuration)
        #expect(try complaint(try pull()).contains("detr"))
        #expect(!requests.contains { ($0["path"] as? String)?.contains("/cdn/") == true })
        for name in ["tiny", "../x/y", "a/b/c"] {
            let outcome = try pull(name: name)
            #expect(outcome.status == 64 && outcome.errors.contains("alertd models list"), "\(outcome.errors)")
        }
    }

    @Test("what the catalogue knows of a model, a mirror cannot change; it never sees the token")
    func mirror() throws {
        let place = folder.file("hub/facebook")
        try FileManager.default.createDirectory(at: place, withIntermediateDirectories: true)
        try FileManager.default.copyItem(
            at: folder.file("hub/acme/Tiny"), to: place.appending(path: "dinov2-small"))
        var environment = environment
        environment["ALERTD_MODELS_MIRROR"] = environment["HF_ENDPOINT"]
        let outcome = try AlertdProgram.run(arguments(["--yes"], "dinov2-small"), environment: environment)
        // The mirror does not have the pinned commit, so it cannot answer at all.
        #expect(outcome.status == 2 && outcome.errors.contains("404"), "\(outcome.errors)")
        #expect(requests.allSatisfy { $0["authorization"] is NSNull }, "\(requests)")
        let unknown = try AlertdProgram.run(
            [
                "ground", Fixtures.folder.appending(path: "media/bframes.mp4").path, "a person", "--encoder",
                "dinov2-small",
            ])
        #expect(unknown.status == 2 && unknown.errors.contains("alertd models pull dinov2-small"), "\(unknown.errors)")
    }
}
