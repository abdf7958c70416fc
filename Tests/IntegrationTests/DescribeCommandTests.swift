import Foundation
import TestSupport
import Testing

/// `alertd describe` and `alertd ask` with a video-LLM of random weights: it says nonsense in the right form.
@Suite("describing commands", .tags(.integration), .timeLimit(.minutes(10)), .serialized)
struct DescribeCommandTests {
    private static let clip = Fixtures.root.appending(path: "share/demo/yard.mp4").path
    private let model: ScratchFolder

    init() throws {
        model = try ScratchFolder()
        try TinySmolVLM().write(to: model)
    }

    private struct Line: Decodable {
        let text: String?
        let startSeconds, endSeconds: Double?
        let title, description, answer, modelDigest: String?
        let level: Int?
        let framesSeconds: [Double]?
        let tokensRead, tokensWritten: Int?
    }

    private func lines(_ arguments: [String]) throws -> [Line] {
        let outcome = try AlertdProgram.run(arguments + ["--describer", model.url.path, "--json"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try outcome.lines.map { try decoder.decode(Line.self, from: Data($0.utf8)) }
    }

    @Test("a part of a recording is described; the sentences come in pieces, the whole comes last")
    func describe() throws {
        let found = try lines(["describe", Self.clip, "--from", "3", "--to", "9"])
        let last = try #require(found.last)
        #expect(found.compactMap(\.text).joined() == last.description && found.count > 1)
        #expect(last.startSeconds == 3 && last.endSeconds == 9 && last.modelDigest?.count == 64)
        #expect((0...3).contains(last.level ?? -1) && last.title?.isEmpty == false)
        let frames = try #require(last.framesSeconds)
        #expect(frames.count == 4 && frames == frames.sorted() && frames.allSatisfy { (3..<9).contains($0) })
        #expect((last.tokensRead ?? 0) > 100 && (last.tokensWritten ?? 0) > 10)
    }

    @Test("moments that differ are described each with its span")
    func dense() throws {
        let found = try lines(["describe", Self.clip, "--dense", "--top", "3"]).filter { $0.title != nil }
        #expect(found.count == 3)
        let starts = found.compactMap(\.startSeconds)
        #expect(starts == starts.sorted() && Set(starts).count == 3)
    }

    @Test("a question is answered about a moment, and about a whole recording through the memory")
    func ask() throws {
        let now = try #require(try lines(["ask", Self.clip, "Who is there?", "--at", "20"]).last)
        #expect(now.answer != nil && (now.framesSeconds?.last ?? 0) >= 19)
        let whole = try #require(try lines(["ask", Self.clip, "<image>What happened?"]).last)
        #expect(whole.framesSeconds?.count == 4 && whole.framesSeconds?.first == 0)
    }

    @Test(
        "what cannot be done is refused in one line, with the code that scripts look at",
        arguments: [
            (["describe", clip, "--from", "9", "--to", "3"], 64), (["describe", clip, "--dense", "--from", "3"], 64),
            (["ask", clip, " "], 64), (["ask", clip], 64), (["ask", clip, "Who?", "--at", "noon"], 64),
            (["ask", clip, "Who?", "--since", "2h"], 64), (["ask", "--camera", "gate", clip, "Who?"], 64),
            (["ask", "--camera", "gate", "Who?", "--at", "20"], 64), (["describe", clip, "--from", "5000"], 2),
            (["describe", "/nowhere.mp4"], 2),
        ] as [([String], Int32)])
    func refused(arguments: [String], code: Int32) throws {
        let outcome = try AlertdProgram.run(arguments + ["--describer", model.url.path])
        #expect(outcome.status == code, "\(outcome.errors)")
    }

    @Test("a folder without a model, or of another kind, is named")
    func folders() throws {
        let encoder = Fixtures.root.appending(path: "share/models/starter-encoder").path
        for folder in ["/tmp/nowhere", encoder] {
            let outcome = try AlertdProgram.run(["describe", Self.clip, "--describer", folder])
            #expect(outcome.status == 2 && "\(outcome.errors)".contains(folder), "\(outcome.errors)")
        }
    }
}
