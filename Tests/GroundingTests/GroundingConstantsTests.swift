import Base
import Foundation
import Grounding
import Testing

@Suite("Grounding constants")
struct GroundingConstantsTests {
    private static let valid = """
        {"format": 1, "view": "foreground", "similarity": {"scale": 20, "bias": -8}, "mask": 0.3, "slope": 0.001,
         "event": {"open": 0.6, "close": 0.4, "min_seconds": 2, "gap_seconds": 2}}
        """

    @Test("reads the constants beside a model")
    func reads() throws {
        let constants = try load(Self.valid)
        #expect(constants.isFitted && constants.view == .foreground)
        #expect(abs(constants.saliency(cosine: 0.4) - 0.5) < 1e-6)
    }

    @Test("words that an examination found not to be understood are listed in lower case")
    func unknownWords() throws {
        let text = Self.valid.replacing("\"mask\"", with: "\"unknown_words\": [\"Juggles\", \"dances\"], \"mask\"")
        #expect(try load(text).unknownWords == ["juggles", "dances"])
        #expect(try load(Self.valid).unknownWords.isEmpty)
    }

    @Test("a model without constants gets the unfitted ones")
    func absent() throws {
        let constants = try GroundingConstants.load(folder: URL(filePath: "/nonexistent"))
        #expect(constants == .unfitted && !constants.isFitted)
    }

    @Test(
        "names what is wrong with a file",
        arguments: [
            ("{", "not valid JSON"), ("{\"format\": 1}", "is missing"),
            (valid.replacing("\"format\": 1", with: "\"format\": 2"), "format is 2"),
            (valid.replacing("\"open\": 0.6", with: "\"open\": 0.3"), "close ≤ open"),
            (valid.replacing("0.3,", with: "\"x\","), "wrong type at mask"),
            (valid.replacing("\"scale\": 20", with: "\"scale\": -1"), "similarity.scale"),
        ])
    func malformed(text: String, problem: String) throws {
        let error = #expect(throws: GroundingError.self) { try load(text) }
        #expect(try #require(error).description.contains(problem), "\(String(describing: error))")
    }

    @Test("the best look decides")
    func best() throws {
        let scorer = SaliencyScorer(
            queries: [TextEncoding(text: "a", values: [1, 0]), TextEncoding(text: "b", values: [0, 1])],
            constants: try load(Self.valid))
        let corner = Box(left: 0, top: 0, right: 0.5, bottom: 0.5)
        let frame = FrameEncoding(
            time: WallTime(microseconds: 0),
            looks: [.init(box: .whole, values: [0.6, 0.8]), .init(box: corner, values: [1, 0])])
        let scores = scorer.score(frame)
        #expect(scores.map(\.box) == [corner, .whole])
        #expect(scores[0].value > scores[1].value)
    }

    private func load(_ text: String) throws -> GroundingConstants {
        let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        try Data(text.utf8).write(to: folder.appending(path: "grounding.json"))
        return try GroundingConstants.load(folder: folder)
    }
}
