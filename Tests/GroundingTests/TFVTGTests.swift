import Foundation
import Grounding
import TestSupport
import Testing

/// Cases of the published localiser: `grounding/tfvtg_localizer_*.json` of the golden vectors.
private struct LocalizerCase: Decodable {
    let name: String
    let stride: Int
    let maxStride: Int
    let nmsThresh: Float
    let similarity: [Float]
    let error: String?
    let prefixFrame: [Int]?
    let nmsSurvivors: [[Double]]?
    let hasNonfinite: Bool
    let rankingIsRobust: Bool

    static func read(_ url: URL) throws -> [LocalizerCase] {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        decoder.nonConformingFloatDecodingStrategy = .convertFromString(
            positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
        return try decoder.decode([LocalizerCase].self, from: Data(contentsOf: url))
    }
}

@Suite("TFVTG")
struct TFVTGTests {
    @Test("finds the one event of a step, from its rise to its fall")
    func step() throws {
        let curve: [Float] = [0, 0, 0, 0, 0.9, 0.95, 0.9, 0.9, 0, 0, 0, 0]
        let found = TFVTG(.init(stride: 1, longest: 12)).proposals(similarity: curve)
        let best = try #require(found.first)
        #expect(best.window.upperBound == 8)
        #expect(best.window.lowerBound >= 4)
        #expect(best.confidence == 1)
    }

    @Test("finds each of several like events before any window that holds them all")
    func several() {
        var curve = [Float](repeating: 0, count: 60)
        for event in [5..<12, 25..<33, 48..<55] { for frame in event { curve[frame] = 0.9 } }
        let found = TFVTG(.init(stride: 1, longest: 60)).proposals(similarity: curve)
        #expect(Set(found.prefix(3).map(\.window)) == [5..<12, 25..<33, 48..<55])
    }

    @Test("with one clean event, the published rule finds no window that holds it and the others do")
    func cleanEvent() {
        let curve: [Float] = [0, 0, 0, 0.9, 0.9, 0.9, 0, 0, 0]
        func best(_ rule: TFVTG.Outside) -> Range<Int>? {
            TFVTG(.init(stride: 1, longest: 9, outside: rule)).proposals(similarity: curve).first?.window
        }
        #expect(best(.allFrames) == 3..<6)
        #expect(best(.aboveMaskOrZero) == 3..<6)
        #expect(best(.aboveMask) != 3..<6)
    }

    @Test("says nothing when no similarity rises above the mask", arguments: [0, 1, 2, 9])
    func silence(count: Int) {
        let curve = [Float](repeating: 0.1, count: count)
        #expect(TFVTG(.init(stride: 1, longest: 9)).proposals(similarity: curve).isEmpty)
    }

    @Test("agrees with the published localiser", .tags(.parity), arguments: goldenFiles())
    func parity(file: URL) throws {
        for golden in try LocalizerCase.read(file) where golden.error == nil {
            let localiser = TFVTG(
                .init(
                    stride: golden.stride, longest: golden.maxStride, overlap: golden.nmsThresh,
                    outside: .aboveMask))
            let found = localiser.proposals(similarity: golden.similarity)
            let survivors = golden.nmsSurvivors ?? []
            if golden.hasNonfinite || survivors.isEmpty { continue }
            if !golden.rankingIsRobust {
                #expect(abs((found.first?.score ?? 0) - survivors[0][2]) <= 1e-5, "\(golden.name)")
                continue
            }
            #expect(found.count == min(10, survivors.count), "\(golden.name)")
            for (ours, theirs) in zip(found, survivors) {
                #expect(ours.window == Int(theirs[0])..<Int(theirs[1]), "\(golden.name)")
                #expect(ours.risingFrom == Int(theirs[3]), "\(golden.name)")
                #expect(abs(ours.score - theirs[2]) <= 5e-6, "\(golden.name)")
            }
        }
    }

    private static func goldenFiles() -> [URL] {
        let folders = [Fixtures.folder.appending(path: "vectors"), Fixtures.vectors].compactMap(\.self)
        return folders.flatMap { folder in
            let grounding = folder.appending(path: "grounding")
            let names = (try? FileManager.default.contentsOfDirectory(atPath: grounding.path)) ?? []
            return names.filter { $0.hasPrefix("tfvtg_localizer_") }.sorted().map { grounding.appending(path: $0) }
        }
    }
}
