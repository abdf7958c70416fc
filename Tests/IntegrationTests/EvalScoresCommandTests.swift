import Foundation
import TestSupport
import Testing

/// `alertd eval scores` on the bundled clip.
@Suite("alertd eval scores", .tags(.integration), .timeLimit(.minutes(5)))
struct EvalScoresCommandTests {
    private static let clip = Fixtures.root.appending(path: "share/demo/yard.mp4").path

    private struct Line: Decodable {
        let file: String
        let seconds: [Double]
        let looks: [Int]
        let similarities: [[Double]]
    }

    @Test("every analysed frame has a cosine a sentence; the fire's frames fit the fire best")
    func scores() throws {
        let folder = try ScratchFolder()
        let list = folder.file("sentences.txt")
        try Data("a fire with smoke\n\n  a car drives through the yard  \n".utf8).write(to: list)
        let outcome = try AlertdProgram.run([
            "eval", "scores", Self.clip, "--sentences", list.path, "--fps", "1", "--json",
        ])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let line = try JSONDecoder().decode(Line.self, from: Data((outcome.lines.first ?? "").utf8))
        #expect(line.file == Self.clip && outcome.lines.count == 1)
        #expect(line.seconds.count == 118 && line.looks.allSatisfy { $0 >= 1 })
        #expect(line.similarities.allSatisfy { $0.count == 2 && $0.allSatisfy { abs($0) <= 1.001 } })
        let best = line.similarities.indices.max { line.similarities[$0][0] < line.similarities[$1][0] }
        #expect((best.map { line.seconds[$0] } ?? 0) > 94)  // it burns from second 95 on (the clip's manifest)
    }

    @Test("a list without sentences is refused in one line")
    func refused() throws {
        let folder = try ScratchFolder()
        let list = folder.file("sentences.txt")
        try Data("\n \n".utf8).write(to: list)
        let outcome = try AlertdProgram.run(["eval", "scores", Self.clip, "--sentences", list.path])
        #expect(outcome.status == 2 && outcome.output.isEmpty && outcome.errorLines.count == 1, "\(outcome)")
    }
}
