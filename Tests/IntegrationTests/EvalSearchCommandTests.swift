import Foundation
import TestSupport
import Testing

@Suite("alertd eval search", .tags(.integration), .timeLimit(.minutes(10)))
struct EvalSearchCommandTests {
    private struct Line: Decodable {
        let evidence: String
        let events: Int
        let precisionAt20: Double
        let paraphrases: Int
        let knownItemMrr: Double

        private enum CodingKeys: String, CodingKey {
            case evidence, events, paraphrases
            case precisionAt20 = "precision_at20"
            case knownItemMrr = "known_item_mrr"
        }
    }

    /// Forty texts: a class of ten with its own words among others, and one said otherwise.
    private func files() throws -> (folder: ScratchFolder, events: String, queries: String) {
        let folder = try ScratchFolder()
        let lines = (0..<40).map { index in
            index < 10
                ? #"{"cls": "Fire", "text": "smoke number\#(index) over the barn", "text_neutral": "smoke number\#(index)"}"#
                : #"{"cls": "Normal", "text": "walker number\#(index) on the road"}"#
        }
        let events = try folder.write("events.jsonl", Data(lines.joined(separator: "\n").utf8))
        return (folder, events, try folder.write("queries.json", Data(#"{"Fire": "smoke", "None": "zebra"}"#.utf8)))
    }

    @Test("precision of the first 20 and the rank of paraphrases, by words")
    func words() throws {
        let (folder, events, queries) = try files()
        let outcome = try AlertdProgram.run(["eval", "search", "--events", events, "--queries", queries, "--json"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let lines = try outcome.lines.map { try JSONDecoder().decode(Line.self, from: Data($0.utf8)) }
        #expect(lines.map(\.evidence) == ["words"] && lines.map(\.events) == [40])
        // Ten of the first twenty are of the class; of the class nobody belongs to, none.
        #expect(lines.first?.precisionAt20 == 0.25)
        #expect(lines.first?.paraphrases == 10 && lines.first?.knownItemMrr == 1)
        withExtendedLifetime(folder) {}
    }

    @Test("an unreadable file, one of another form, and a folder without a model are refused in one line")
    func refused() throws {
        let (folder, events, queries) = try files()
        for arguments in [
            ["--events", "/nonexistent", "--queries", queries], ["--events", queries, "--queries", queries],
            ["--events", events, "--queries", events],
            ["--events", events, "--queries", queries, "--model", folder.url.path],
        ] {
            let outcome = try AlertdProgram.run(["eval", "search"] + arguments)
            #expect(outcome.status != 0 && outcome.errorLines.count == 1, "\(arguments): \(outcome.errors)")
        }
    }
}
