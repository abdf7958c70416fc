import Foundation
import TestSupport
import Testing

/// `alertd anomalies FILE`, by itself and with a video-LLM of random weights, which says nonsense.
@Suite("anomalies of a file", .tags(.integration), .timeLimit(.minutes(10)), .serialized)
struct AnomaliesFileTests {
    private static let clip = Fixtures.root.appending(path: "share/demo/yard.mp4").path

    private struct Line: Decodable {
        let at: String?
        let atSeconds, score, pValue, startSeconds, endSeconds: Double?
        let explanation: String?
    }

    private static func lines(_ arguments: [String]) throws -> [Line] {
        let outcome = try AlertdProgram.run(["anomalies", clip, "--json"] + arguments)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try outcome.lines.map { try decoder.decode(Line.self, from: Data($0.utf8)) }
    }

    @Test("the demo's fire is the strangest moment, with a reason, and the one event")
    func normality() throws {
        let found = try Self.lines([])
        let strangest = try #require(found.filter { $0.at != nil }.max { ($0.score ?? 0) < ($1.score ?? 0) })
        #expect((95..<110.1).contains(strangest.atSeconds ?? 0), "\(strangest)")
        #expect(strangest.pValue != nil && strangest.explanation?.isEmpty == false)
        let events = found.filter { $0.startSeconds != nil }
        #expect(events.contains { ($0.startSeconds ?? 0) < 110 && ($0.endSeconds ?? 0) > 95 })
    }

    @Test(
        "a video-LLM is asked by every method, and every score is a probability",
        arguments: ["lavad", "holmes-vad", "vera", "monitor", "anomaly-ruler"])
    func methods(method: String) throws {
        let model = try ScratchFolder()
        try TinySmolVLM().write(to: model)
        let found = try Self.lines(["--method", method, "--describer", model.url.path, "--fps", "0.2"])
        let curve = found.filter { $0.at != nil }
        #expect(curve.count >= 20 && curve.allSatisfy { (0...1).contains($0.score ?? -1) })
        #expect(curve.allSatisfy { $0.pValue == nil })
        let times = curve.compactMap(\.atSeconds)
        #expect(times == times.sorted() && (times.last ?? 0) > 100)
    }

    @Test(
        "what makes no sense is refused",
        arguments: [
            (["anomalies", "--method", "vera"], 64), (["anomalies", clip, "--method", "guess"], 64),
            (["anomalies", clip, "--camera", "gate"], 64), (["anomalies", clip, "--fps", "0"], 64),
            (["anomalies", "/nowhere.mp4"], 2),
            (["anomalies", clip, "--method", "vera", "--describer", "/nowhere"], 2),
        ] as [([String], Int32)])
    func refused(arguments: [String], code: Int32) throws {
        let outcome = try AlertdProgram.run(arguments)
        #expect(outcome.status == code, "\(outcome.errors)")
    }
}
