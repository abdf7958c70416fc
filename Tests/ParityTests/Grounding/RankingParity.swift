import Foundation
import Grounding
import Testing

/// The published way from UniVTG's heads to ranked spans and highlight scores.
enum RankingParity {
    private struct Group: Decodable {
        struct Sample: Decodable {
            let duration: Double
            let numClips: Int
            let paddedLen: Int
            let predLogits: [Float]
            let predSpans: [Float]
            let saliencyScores: [Float]
            let rankedWindowsBeforeNms: [[Double]]
            let windowsAfterNms: [[Double]]
            let predSaliencyScores: [Float]
        }

        let evalMode: String?
        let clipLength: Double
        let roundMultiple: Int
        let maxBeforeNms: Int
        let maxAfterNms: Int
        let nmsThd: Double
        let samples: [Sample]
    }

    static func check(_ file: URL) throws {
        let groups = try GroundingParity.decoded([Group].self, from: file)
        #expect(groups.contains { !$0.samples.isEmpty })
        for group in groups {
            let ranking = MomentRanking(
                clipSeconds: group.clipLength, isRounded: group.roundMultiple > 0, mostBefore: group.maxBeforeNms,
                mostAfter: group.maxAfterNms, overlap: group.nmsThd == -1 ? nil : group.nmsThd)
            for sample in group.samples { check(sample, group, ranking) }
        }
    }

    private static func check(_ sample: Group.Sample, _ group: Group, _ ranking: MomentRanking) {
        let spans = sample.predSpans
        let output = UniVTGOutput(
            foreground: sample.predLogits, before: stride(from: 0, to: spans.count, by: 2).map { spans[$0] },
            after: stride(from: 1, to: spans.count, by: 2).map { spans[$0] }, saliency: sample.saliencyScores)
        let windows = ranking.windows(output, clipCount: sample.numClips, duration: sample.duration)
        expect(windows, sample.rankedWindowsBeforeNms)
        expect(ranking.suppressed(windows), sample.windowsAfterNms)
        let highlights = MomentRanking.highlights(
            output, clipCount: sample.numClips, addsForeground: group.evalMode == "add")
        #expect(highlights.count == sample.predSaliencyScores.count)
        #expect(zip(highlights, sample.predSaliencyScores).allSatisfy { abs($0 - $1) <= 1e-6 })
    }

    private static func expect(_ ours: [MomentRanking.Window], _ theirs: [[Double]]) {
        #expect(ours.count == theirs.count)
        for (window, row) in zip(ours, theirs) {
            for (value, wanted) in zip([window.start, window.end, window.score], row) {
                #expect(abs(value - wanted) <= 1.5e-4, "\(window), expected \(row)")
            }
        }
    }
}
