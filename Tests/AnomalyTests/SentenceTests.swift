import Anomaly
import Base
import Foundation
import TestSupport
import Testing

@Suite("Sentences")
struct SentenceTests {
    private func read(_ text: String) throws(AnomalyError) -> SentenceList {
        try SentenceFile.read(Array(text.utf8), name: "s.txt")
    }

    @Test("the default file is accepted and covers the classes of UCF-Crime")
    func defaults() throws {
        let url = Fixtures.root.appending(path: "share/anomaly/sentences.txt")
        let list = try SentenceFile.read([UInt8](try Data(contentsOf: url)), name: "sentences.txt")
        let names = Set(list.categories.map(\.name))
        #expect(names.isSuperset(of: ["abuse", "arrest", "arson", "assault", "burglary", "explosion", "fighting"]))
        #expect(names.isSuperset(of: ["road accident", "robbery", "shooting", "shoplifting", "stealing", "vandalism"]))
        #expect(list.categories.allSatisfy { $0.anomalous.count >= 4 && $0.normal.count >= 4 } && list.calm.count >= 4)
    }

    @Test(
        "what is not understood is refused with its line",
        arguments: [
            ("", 1), ("# nothing\n", 1), ("normal: a yard\n", 1), ("[a]\nanomolous: x\n", 2), ("[a\nnormal: x\n", 1),
            ("[a]\nanomalous: x\nnormal: X!\n", 3), ("[a]\nanomalous: x\nnormal: y\n[b]\nanomalous: y\n", 5),
            ("[a]\nanomalous: x\nanomalous: x\n", 3), ("[a]\nanomalous: x\n", 1), ("[a]\nnormal: x\n", 1),
            ("[a]\nanomalous:\n", 2), ("[a]\nanomalous: x\nnormal: y\n[a]\n", 4), ("[calm]\nanomalous: x\n", 2),
            ("[a]\njust words\n", 2), ("[a]\nanomalous: x\u{1}\n", 2), ("[calm]\nnormal: x\n[calm]\n", 3),
            ("[a]\nanomalous: \(String(repeating: "x", count: 300))\n", 2), ("[]\n", 1),
        ])
    func refused(text: String, line: Int) {
        do {
            _ = try read(text)
            Issue.record("accepted \(text.debugDescription)")
        } catch {
            guard case .sentences("s.txt", line, _) = error else {
                Issue.record("\(error), expected line \(line)")
                return
            }
        }
        #expect(throws: AnomalyError.self) { try SentenceFile.read([0xFF, 0xFE], name: "s.txt") }
    }

    /// Anomalous sentences along axis 5, normal ones along axis 1, the calm one along axis 0.
    private func memory() throws -> SentenceMemory {
        let list = try read(
            "[fire]\nanomalous: flames\nanomalous: smoke\nnormal: a lamp\n[fall]\nanomalous: a person lies\nnormal: a bench\n"
                + "[calm]\nnormal: a yard\n")
        let axes = [5, 5, 1, 7, 1, 0]
        let prompts = SentenceMemory.prompts(for: list)
        #expect(prompts.count == axes.count && prompts[0] == "Anomalous scene: flames")
        let encodings = zip(prompts, axes).enumerated().map { index, item in
            var values = [Float](repeating: 0.05 * Float(index), count: ModelFixture.width)
            values[item.1] += 1
            return TextEncoding(text: item.0, values: values)
        }
        return SentenceMemory(list: list, encodings: encodings)
    }

    @Test("a look like an anomalous sentence is named, and scores less without the sentences named")
    func evidence() throws {
        let memory = try memory()
        var fixture = try ModelFixture.live(sentences: memory)
        let frame = fixture.frame(adding: [fixture.vector(5, noise: 0.02)])
        let scores = fixture.model.scores(of: frame)
        let contrast = try #require(scores.first { $0.lane == .contrast })
        #expect(contrast.raw > 1)
        var bare = try ModelFixture.live(sentences: memory.removing(["flames", "smoke"]))
        let without = bare.model.scores(of: bare.frame(adding: [bare.vector(5, noise: 0.02)]))
        let rest = try #require(without.first { $0.lane == .contrast })
        #expect(rest.raw < contrast.raw / 2)
        let retrieval = try #require(scores.first { $0.lane == .retrieval })
        let lower = try #require(without.first { $0.lane == .retrieval })
        #expect(lower.raw < retrieval.raw)
    }

    @Test("likeness to a sentence alarms provisionally while the camera warms up")
    func provisional() throws {
        var fixture = try ModelFixture(sentences: try memory())
        fixture.ordinary(900)
        #expect(fixture.model.phase == .warming)
        let readings = fixture.strange(42)
        #expect(fixture.opened.count == 1)
        #expect(readings.allSatisfy { $0.isProvisional })
    }

    @Test("provisional alarms keep to the ceiling a day, too")
    func provisionalCeiling() throws {
        var fixture = try ModelFixture(ceilingPerDay: 2, sentences: try memory())
        fixture.ordinary(900)
        for _ in 0..<5 {
            _ = fixture.strange(42)
            fixture.ordinary(120)
        }
        #expect(fixture.model.phase == .warming && fixture.opened.count == 2)
    }

    @Test("a normal sentence that is too near an anomaly is pointed out")
    func conflicts() throws {
        let list = try read("[a]\nanomalous: two people spar\nnormal: two people train\n")
        let memory = SentenceMemory(
            list: list, encodings: [.init(text: "", values: [1, 0]), .init(text: "", values: [0.9, 0.3])])
        #expect(memory.conflicts.map(\.line) == [3])
    }
}
