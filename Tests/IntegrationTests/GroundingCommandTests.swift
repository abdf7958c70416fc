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
        }
        #expect(try AlertdProgram.run(["query", "test", "more than three cars"] + state).status == 64)
        let added = try AlertdProgram.run(["query", "add", "q", "a car, then a person"] + state)
        #expect(added.status == 0 && added.errors.contains("understood"), "\(added.errors)")
    }

    private struct Told: Decodable {
        let start: String
        let end: String
        let kind: String?
    }

    @Test("a network grounds with the features it was made for, and refuses others")
    func network() throws {
        let folder = try ScratchFolder()
        let fitting = try RandomUniVTG(videoWidth: 130, textWidth: 192).write(to: folder, "fitting.safetensors")
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
