import Foundation
import Grounding
import Testing

/// Cases of the published localiser.
enum LocaliserParity {
    private struct Case: Decodable {
        let name: String
        let stride: Int
        let maxStride: Int
        let nmsThresh: Float
        let duration: Double
        let similarity: [Float]
        let error: String?
        let effectiveStride: Int?
        let prefixFrame: [Int]?
        let dynamicScore: [Float]?
        let nmsSurvivors: [[Double]]?
        let localize: [[Double]]?
        let hasNonfinite: Bool
        let rankingIsRobust: Bool
    }

    static func check(_ file: URL) throws {
        var compared = 0
        let cases = try GroundingParity.decoded([Case].self, from: file)
        for golden in cases {
            let localiser = TFVTG(
                .init(
                    stride: golden.stride, longest: golden.maxStride, overlap: golden.nmsThresh, outside: .aboveMask))
            if golden.error != nil {
                #expect(localiser.moments(similarity: golden.similarity, duration: golden.duration).isEmpty)
                continue
            }
            checkRise(golden)
            if golden.hasNonfinite { continue }
            compared += 1
            checkRanking(golden, localiser)
        }
        #expect(cases.allSatisfy { $0.error != nil || $0.hasNonfinite } || compared > 0)
        print("parity: \(file.lastPathComponent): \(compared) of \(cases.count) cases have a defined ranking")
    }

    private static func checkRise(_ golden: Case) {
        let isAbove = golden.similarity.map { $0 > 0.2 }
        let masked = zip(golden.similarity, isAbove).map { $1 ? $0 : 0 }
        let rising = RisingStart(
            curve: masked, isAbove: isAbove, stride: golden.effectiveStride ?? golden.stride, slope: 0.0005)
        #expect(rising.frames == golden.prefixFrame, "\(golden.name)")
        for (ours, theirs) in zip(rising.scores, golden.dynamicScore ?? []) {
            #expect(abs(ours - theirs) <= 1e-5 * (1 + abs(theirs)), "\(golden.name) dynamic score")
        }
    }

    private static func checkRanking(_ golden: Case, _ localiser: TFVTG) {
        let survivors = golden.nmsSurvivors ?? []
        let found = localiser.proposals(similarity: golden.similarity)
        if !golden.rankingIsRobust {
            let (ours, theirs) = (found.first?.score ?? 0, survivors.first?[2] ?? 0)
            #expect(abs(ours - theirs) <= 1e-5, "\(golden.name) best score")
            return
        }
        #expect(found.count == min(10, survivors.count), "\(golden.name)")
        for (ours, theirs) in zip(found, survivors) {
            #expect(ours.window == Int(theirs[0])..<Int(theirs[1]), "\(golden.name)")
            #expect(ours.risingFrom == Int(theirs[3]), "\(golden.name)")
            #expect(abs(ours.score - theirs[2]) <= 5e-6, "\(golden.name)")
        }
        let isNearZero = abs(survivors.first?[2] ?? 1) < 1e-2
        let moments = localiser.moments(similarity: golden.similarity, duration: golden.duration)
        #expect(moments.count == golden.localize?.count, "\(golden.name)")
        for (ours, theirs) in zip(moments, golden.localize ?? []) {
            for (value, expected) in [(ours.start, theirs[0]), (ours.end, theirs[2])] {
                #expect(abs(value - expected) <= 1e-4 * max(1, abs(expected)), "\(golden.name) time")
            }
            let bound = (isNearZero ? 1e-3 : 1e-4) * max(1, abs(theirs[3]))
            #expect(abs(ours.confidence - theirs[3]) <= bound, "\(golden.name) confidence")
        }
    }
}
