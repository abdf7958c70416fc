import Foundation
import TestSupport
import Testing

/// `alertd ground` with conditions and with a network, and `alertd summarise`, on the bundled clip.
@Suite("grounding commands", .tags(.integration), .timeLimit(.minutes(10)), .serialized)
struct GroundingCommandTests {
    private static let clip = Fixtures.root.appending(path: "share/demo/yard.mp4").path

    private struct Line: Decodable {
        let startSeconds: Double
        let endSeconds: Double
        let score: Double?
        let method: String?
        let share: Double?
    }

    private func lines(_ arguments: [String]) throws -> [Line] {
        let outcome = try AlertdProgram.run(arguments + ["--json"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try outcome.lines.map { try decoder.decode(Line.self, from: Data($0.utf8)) }
    }

    /// Car 3.3–8.4 and 32.2–39.6 s, people 16.7–24.8, 51.3–60.9 and 72.7–80.3 s (the clip's manifest).
    @Test("a sequence is found from the first part's start to the last one's end")
    func sequence() throws {
        let found = try lines([
            "ground", Self.clip, "a car drives through the yard, then a person walks through the yard",
        ]).sorted { $0.startSeconds < $1.startSeconds }
        #expect(found.count == 2)
        for (line, truth) in zip(found, [(3.3, 24.8), (32.2, 60.9)]) {
            #expect(abs(line.startSeconds - truth.0) < 2 && abs(line.endSeconds - truth.1) < 2, "\(line)")
        }
    }

    @Test(
        "a condition that is not met finds nothing",
        arguments: [
            "a car drives through the yard while a person walks through the yard",
            "a car drives through the yard, then a person walks through the yard within 5 seconds",
            "a car drives through the yard for more than 30 seconds",
            "a car drives through the yard 3 times",
        ])
    func unmet(text: String) throws { #expect(try lines(["ground", Self.clip, text]).isEmpty) }

    @Test("what cannot be enforced is refused in one line")
    func refused() throws {
        for text in ["more than three cars", "a person in zone fence", "a person between 22:00 and 06:00"] {
            let outcome = try AlertdProgram.run(["ground", Self.clip, text])
            #expect(outcome.status == 64 && outcome.output.isEmpty && outcome.errorLines.count == 1, "\(outcome)")
        }
    }

    @Test("what a query would have told about the past is what it told, and conditions hold there as well")
    func past() throws {
        let folder = try ScratchFolder()
        let state = ["--state", folder.file("state").path]
        let ingest = try AlertdProgram.run(
            ["ingest", Self.clip, "--camera", "gate", "--start", "2026-05-01T12:00:00Z", "--query", "a person"] + state)
        #expect(ingest.status == 0, "\(ingest.errors)")
        let events = try AlertdProgram.run(["events", "list", "--json"] + state)
        let told = try events.lines.map { try JSONDecoder().decode(Told.self, from: Data($0.utf8)) }
            .filter { $0.kind == "query" }
        let test = try AlertdProgram.run(["query", "test", "a person", "--camera", "gate", "--json"] + state)
        #expect(test.status == 0, "\(test.errors)")
        let hits = try test.lines.dropLast().map { try JSONDecoder().decode(Told.self, from: Data($0.utf8)) }
        #expect(!hits.isEmpty && Set(hits.map(\.start)) == Set(told.map(\.start)))
        #expect(Set(hits.map(\.end)) == Set(told.map(\.end)))
        let summary = try #require(
            try JSONSerialization.jsonObject(with: Data((test.lines.last ?? "").utf8)) as? [String: Any])
        #expect(summary["hits"] as? Int == hits.count && summary["suggested_level"] is Double)
        let sequence = try AlertdProgram.run(
            ["query", "test", "a car drives through the yard, then a person walks through the yard", "--json"] + state)
        #expect(sequence.lines.count == 3, "\(sequence.output) \(sequence.errors)")
        for (hours, status) in [("between 11:59 and 12:01", Int32(0)), ("between 00:00 and 00:01", 1)] {
            let bound = try AlertdProgram.run(
                ["query", "test", "a person \(hours)", "--camera", "gate", "--json"] + state, environment: ["TZ": "UTC"]
            )
            #expect(bound.status == status && bound.lines.count < test.lines.count, "\(hours): \(bound.output)")
            let window = hours.replacing("between ", with: "").replacing(" and ", with: "-")
            let beside = try AlertdProgram.run(
                ["query", "test", "a person", "--active", window, "--camera", "gate", "--json"] + state,
                environment: ["TZ": "UTC"])
            #expect(beside.status == status && beside.output == bound.output, "--active \(window): \(beside.output)")
        }
        for wrong in [["--zone", "moat"], ["--active", "22-06"]] {
            #expect(try AlertdProgram.run(["query", "test", "a person"] + wrong + state).status == 64, "\(wrong)")
        }
        let twice = ["query", "test", "a person between 22:00 and 06:00", "--active", "22:00-06:00"]
        #expect(try AlertdProgram.run(twice + state).status == 64)
        #expect(try AlertdProgram.run(["query", "test", "more than three cars"] + state).status == 64)
        let added = try AlertdProgram.run(["query", "add", "q", "a car, then a person"] + state)
        #expect(added.status == 0 && added.errors.contains("understood"), "\(added.errors)")
    }

    private struct Told: Decodable {
        let start: String
        let end: String
        let kind: String?
    }

    /// Values of each token's state in the bundled encoder.
    private static let textWidth = 256

    @Test("a network grounds with the features it was made for, and refuses others")
    func network() throws {
        let folder = try ScratchFolder()
        let fitting = try RandomUniVTG(videoWidth: 130, textWidth: Self.textWidth)
            .write(to: folder, "fitting.safetensors")
        let found = try lines(["ground", Self.clip, "a car", "--method", "univtg", "--network", fitting, "--top", "3"])
        #expect((1...3).contains(found.count) && found.allSatisfy { $0.method == "univtg" })
        #expect(found.allSatisfy { $0.startSeconds < $0.endSeconds && $0.endSeconds <= 118.1 })
        let highlights = try lines([
            "ground", Self.clip, "a car", "--method", "univtg", "--network", fitting, "--highlights",
        ])
        #expect(highlights.count == 5)
        let other = try RandomUniVTG(videoWidth: 514, textWidth: 512).write(to: folder, "other.safetensors")
        let refused = try AlertdProgram.run(["ground", Self.clip, "a car", "--method", "univtg", "--network", other])
        #expect(refused.status == 2 && refused.errors.contains("512 video") && refused.errorLines.count == 1)
        #expect(try AlertdProgram.run(["ground", Self.clip, "a car", "--method", "univtg"]).status == 64)
        #expect(try AlertdProgram.run(["ground", Self.clip, "a car", "--network", other]).status == 64)
    }

    /// Small networks with the keys that their publishers use.
    private static let towers = Fixtures.folder.appending(path: "vectors/vlm")

    @Test("a network that reads motion gets SlowFast's features, named or lying beside it")
    func motion() throws {
        let folder = try ScratchFolder()
        let clip = folder.file("short.mp4").path(percentEncoded: false)
        try FFmpegProgram.run(["-i", Self.clip, "-t", "5", "-c", "copy", clip])
        let tower = Self.towers.appending(path: "slowfast_tiny/slowfast.pyth").path
        // 288 of motion, 128 of CLIP's, 2 of time
        let network = try RandomUniVTG(videoWidth: 288 + 130, textWidth: Self.textWidth)
            .write(to: folder, "network.safetensors")
        let arguments = ["ground", clip, "a car", "--method", "univtg", "--network", network]
        let without = try AlertdProgram.run(arguments)
        #expect(without.status == 2 && without.errors.contains("--slowfast") && without.errorLines.count == 1)
        let named = try lines(arguments + ["--slowfast", tower])
        #expect(!named.isEmpty && named.allSatisfy { $0.startSeconds < $0.endSeconds && $0.endSeconds <= 5.2 })
        try FileManager.default.copyItem(
            atPath: tower, toPath: folder.file("SLOWFAST_8x8_R50.pyth").path(percentEncoded: false))
        let beside = try lines(arguments)
        #expect(beside.map(\.startSeconds) == named.map(\.startSeconds))
        #expect(try AlertdProgram.run(["ground", clip, "a car", "--slowfast", tower]).status == 64)
        let damaged = try folder.write("damaged.pyth", Data("no weights".utf8))
        #expect(try AlertdProgram.run(arguments + ["--slowfast", damaged]).status == 2)
    }

    @Test("with BLIP-2 a recording is grounded as TFVTG was published")
    func queryTokens() throws {
        let folder = try ScratchFolder()
        let model = folder.file("blip2")
        try FileManager.default.copyItem(at: Self.towers.appending(path: "blip2_itm_tiny"), to: model)
        try FileManager.default.copyItem(
            at: Fixtures.folder.appending(path: "tokenizers/bert-uncased/tokenizer.json"),
            to: model.appending(path: "tokenizer.json"))
        let encoder = ["--encoder", model.path(percentEncoded: false)]
        let found = try lines(["ground", Self.clip, "a person walks", "--top", "3"] + encoder)
        #expect(found.count <= 3 && found.allSatisfy { $0.method == "tfvtg" && $0.startSeconds < $0.endSeconds })
        _ = try lines(["ground", Self.clip, "a car drives, then a person walks"] + encoder)
        for refused in [["no one is there"], ["a person", "--fps", "2"]] {
            let outcome = try AlertdProgram.run(["ground", Self.clip] + refused + encoder)
            #expect(outcome.status == 64 && outcome.output.isEmpty, "\(outcome)")
        }
        let recipe = try AlertdProgram.run(["models", "inspect", model.path(percentEncoded: false)])
        #expect(recipe.status == 0 && recipe.output.contains("blip-2"), "\(recipe.output) \(recipe.errors)")
        #expect(try AlertdProgram.run(["search", "a person"] + encoder).status != 0)
    }

    @Test(
        "spans and alerts of many sentences in one pass are those that ground finds, and a curve may stand for an encoder"
    )
    func spans() throws {
        struct Answers: Decodable {
            struct Answer: Decodable {
                let moments: [[Double]]?
                let alerts: [[Double]]?
            }
            let answers: [Answer]
        }
        let folder = try ScratchFolder()
        let sequence = "a car drives through the yard, then a person walks through the yard"
        let curve = (0..<60).map { (20..<36).contains($0) ? "0.9" : "0.1" }.joined(separator: ",")
        let queries = try folder.write(
            "queries.jsonl",
            Data(
                """
                {"file": "\(Self.clip)", "sentences": ["a person", "\(sequence)", "more than three cars"]}
                {"curve": [\(curve)]}
                """.utf8))
        let outcome = try AlertdProgram.run(["eval", "spans", queries, "--top", "5", "--json"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let found = try outcome.lines.map { try JSONDecoder().decode(Answers.self, from: Data($0.utf8)).answers }
        #expect(found.map(\.count) == [3, 1])
        let ground = try lines(["ground", Self.clip, "a person"])
        #expect(found[0][0].moments?.map { $0[0] } == ground.map(\.startSeconds))
        // People come at 16.7, 51.3 and 72.7 s; a camera tells within three seconds and two frames.
        let told = (found[0][0].alerts ?? []).map { $0[0] }
        for start in [16.7, 51.3, 72.7] { #expect(told.contains { (start..<start + 5).contains($0) }, "\(told)") }
        #expect(found[0][1].moments?.isEmpty == false && found[0][1].alerts == nil)
        #expect(found[0][2].moments == nil && found[0][2].alerts == nil)
        let span = try #require(found[1][0].moments?.first)
        #expect(abs(span[0] - 10) <= 0.5 && abs(span[1] - 18) <= 0.5, "\(span)")
        #expect(found[1][0].alerts?.count == 1 && (10...13).contains(found[1][0].alerts?.first?[0] ?? 0))
        for wrong in ["{}", #"{"curve": [2]}"#, #"{"file": "x.mp4"}"#, "no JSON"] {
            let file = try folder.write("wrong.jsonl", Data(wrong.utf8))
            #expect(try AlertdProgram.run(["eval", "spans", file]).status == 2, "\(wrong)")
        }
    }

    @Test("a camera's past is summed up from what is stored")
    func pastSummary() throws {
        struct Moment: Decodable {
            let camera, start, end, at: String
            let share: Double
        }
        let folder = try ScratchFolder()
        let state = ["--state", folder.file("state").path]
        let ingest = try AlertdProgram.run(
            ["ingest", Self.clip, "--camera", "gate", "--start", "2026-05-01T12:00:00Z"] + state)
        #expect(ingest.status == 0, "\(ingest.errors)")
        let outcome = try AlertdProgram.run(["summarise", "--camera", "gate", "--top", "4", "--json"] + state)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let found = try outcome.lines.map { try JSONDecoder().decode(Moment.self, from: Data($0.utf8)) }
        #expect(
            (2...4).contains(found.count)
                && found.allSatisfy { $0.camera == "gate" && $0.start <= $0.at && $0.at <= $0.end })
        #expect(found.map(\.start) == found.map(\.start).sorted())
        #expect(abs(found.map(\.share).reduce(0, +) - 1) < 0.01)
        let part = ["--since", "2026-05-01T12:01:00Z"]
        let late = try AlertdProgram.run(["summarise", "--camera", "gate", "--json"] + part + state)
        #expect(late.status == 0 && !late.output.contains("12:00:"), "\(late.output)")
        // 7 days ago nothing of 2026-05-01 had been seen yet, or had long been.
        #expect(try AlertdProgram.run(["summarise", "--camera", "gate", "--until", "36500d"] + state).status == 1)
        for wrong in [
            ["summarise"], ["summarise", Self.clip, "--camera", "gate"], ["summarise", Self.clip, "--since", "1d"],
        ] {
            #expect(try AlertdProgram.run(wrong + state).status == 64, "\(wrong)")
        }
    }

    @Test("a summary lists moments in order of time that stand for the whole")
    func summary() throws {
        let found = try lines(["summarise", Self.clip, "--top", "4"])
        #expect((2...4).contains(found.count))
        #expect(found.map(\.startSeconds) == found.map(\.startSeconds).sorted())
        #expect(abs(found.compactMap(\.share).reduce(0, +) - 1) < 0.01)
        #expect(found.allSatisfy { $0.startSeconds < $0.endSeconds && $0.endSeconds - $0.startSeconds <= 10.001 })
        #expect(try AlertdProgram.run(["summarise", Self.clip, "--top", "0"]).status == 64)
        #expect(try AlertdProgram.run(["summarise", "/nonexistent.mp4"]).status == 2)
    }
}
