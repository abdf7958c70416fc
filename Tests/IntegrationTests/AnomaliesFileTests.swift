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

    @Test("the demo's fire is an event with a reason, and the empty yard before it is none")
    func normality() throws {
        let found = try Self.lines([])
        let curve = found.filter { $0.at != nil }
        let fire = curve.filter { (96..<109).contains($0.atSeconds ?? 0) }
        let empty = curve.filter { (82..<94).contains($0.atSeconds ?? 0) }
        #expect(fire.count == 13 && fire.allSatisfy { ($0.score ?? 0) >= 0.5 && $0.explanation?.isEmpty == false })
        #expect(empty.count == 12 && empty.allSatisfy { ($0.score ?? 1) < 0.1 })
        #expect(fire.allSatisfy { $0.pValue != nil })
        let events = found.compactMap { line in
            line.startSeconds.flatMap { start in line.endSeconds.map { (start, $0) } }
        }
        #expect(events.contains { abs($0.0 - 95) <= 1 && abs($0.1 - 110) <= 1 })
        #expect(events.allSatisfy { $0.1 <= 82 || $0.0 >= 94 })
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
