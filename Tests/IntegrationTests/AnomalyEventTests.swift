import Base
import Foundation
import TestSupport
import Testing

/// An anomaly of the bundled clip from its ingest to its verdict.
@Suite("Anomaly events", .tags(.integration), .timeLimit(.minutes(10)), .serialized)
struct AnomalyEventTests {
    private static let clip = Fixtures.root.appending(path: "share/demo/yard.mp4")

    private struct Row: Decodable {
        let id: Int
        let kind: String
        let reason: String?
        let description: String?
        let verdict: String?
        let explanation: Explanation?
    }

    private struct Explanation: Decodable {
        let lane: String
        let basis: String
        let moments: [String]
        let text: String
        let hour: String
        let pValue: Double

        private enum CodingKeys: String, CodingKey {
            case lane, basis, moments, text, hour
            case pValue = "p_value"
        }
    }

    private struct Recomputed: Decodable {
        let recomputed: Explanation?
    }

    @Test("is shown with its reason, recomputed from stored encodings, and judged")
    func show() throws {
        let folder = try ScratchFolder()
        let state = ["--state", folder.file("state").path]
        _ = try AlertdProgram.run(
            ["ingest", Self.clip.path, "--camera", "yard", "--start", "2026-05-05T03:00:00Z"] + state)
        let event = try #require(try anomalies(state).first)
        let reason = try #require(event.explanation)
        #expect(reason.lane == "normality" && event.reason == "normality" && reason.basis == "recording")
        #expect(reason.hour == "Tuesday 03:00" && reason.moments.count == 1 && reason.pValue < 0.1)
        #expect(event.description?.hasPrefix("Something that looks unlike") == true)

        let shown = try AlertdProgram.run(["events", "show", "\(event.id)"] + state).lines
        for word in ["reason ", "  lane ", "  p-value ", "Tuesday 03:00", "  region ", "  nearest "] {
            #expect(shown.contains { $0.contains(word) }, "\(word)\n\(shown.joined(separator: "\n"))")
        }
        let anew = try AlertdProgram.run(["events", "show", "\(event.id)", "--recompute", "--json"] + state).lines
        let line = try #require(anew.last)
        let second = try #require(
            JSONDecoder().decode(Recomputed.self, from: Data(line.utf8)).recomputed, "\(anew)")
        #expect(second.lane == reason.lane && second.moments.count == 1 && second.hour == reason.hour)

        #expect(try AlertdProgram.run(["events", "verdict", "\(event.id)", "incident"] + state).status == 0)
        #expect(try anomalies(state).first?.verdict == "incident")
        #expect(try AlertdProgram.run(["events", "verdict", "\(event.id)", "normal"] + state).status == 0)
        #expect(try anomalies(state).first?.verdict == "normal")
        #expect(try AlertdProgram.run(["events", "verdict", "\(event.id)", "dull"] + state).status == 64)
        #expect(try AlertdProgram.run(["events", "verdict", "99999", "normal"] + state).status == 2)
    }

    @Test("a sentence file beside the configuration is used, and refused with its line")
    func sentences() throws {
        let folder = try ScratchFolder()
        try Data("state: \(folder.file("state").path)\ndatabase: embedded\n".utf8).write(to: folder.file("alertd.yaml"))
        try Data("[fire]\nanomalous: a fire\nnormal: a lamp\nnormul: a torch\n".utf8)
            .write(to: folder.file("sentences.txt"))
        let outcome = try AlertdProgram.run(
            ["ingest", Self.clip.path, "--camera", "yard", "--config", folder.file("alertd.yaml").path])
        #expect(outcome.status == 78)
        #expect(outcome.errors.contains("sentences.txt:4: unknown key \"normul\""), "\(outcome.errors)")
    }

    private func anomalies(_ state: [String]) throws -> [Row] {
        let outcome = try AlertdProgram.run(["events", "list", "--kind", "anomaly", "--json"] + state)
        return try outcome.lines.map { try JSONDecoder().decode(Row.self, from: Data($0.utf8)) }
    }
}
