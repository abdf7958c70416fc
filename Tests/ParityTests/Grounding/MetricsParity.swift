import Foundation
import Grounding
import Testing

/// The published evaluation of QVHighlights: metrics of the whole file, and of each query where they are given.
enum MetricsParity {
    private struct Golden: Decodable {
        struct Query: Decodable {
            struct Level: Decodable {
                let apPerAnnotator: [Double]
                let hit: Double
            }

            let qid: Int
            let mrApAt050To095: [Double]
            let r1Iou: Double
            let hl: [String: Level]
        }

        let groundTruth: [MomentAnnotation]
        let predictions: [MomentPrediction]
        let perQuery: [Query]?
    }

    static func check(_ file: URL) throws {
        let golden = try GroundingParity.decoded(Golden.self, from: file)
        let report = try VideoGroundingReport(predictions: golden.predictions, annotations: golden.groundTruth)
        let json = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any]
        let metrics = try #require(json?["metrics"] as? [String: [String: Any]])
        try expect(report, metrics)
        for query in golden.perQuery ?? [] { try check(query, golden) }
    }

    static func expect(_ report: VideoGroundingReport, _ metrics: [String: [String: Any]]) throws {
        var compared = 0
        for (name, values) in metrics {
            for (key, value) in values {
                if let number = value as? NSNumber {
                    let found = name == "brief" ? report.brief[key] : report.highlights[name]?[key]
                    #expect(abs((found ?? -1) - number.doubleValue) <= 0.0101, "\(name) \(key)")
                    compared += 1
                }
                for (threshold, percent) in value as? [String: NSNumber] ?? [:] {
                    let found = report.retrieval[name]?[key]?[threshold] ?? -1
                    #expect(abs(found - percent.doubleValue) <= 0.0101, "\(name) \(key) \(threshold)")
                    compared += 1
                }
            }
        }
        #expect(compared > 50)
    }

    private static func check(_ query: Golden.Query, _ golden: Golden) throws {
        let truth = try #require(golden.groundTruth.first { $0.qid == query.qid })
        let answer = try #require(golden.predictions.first { $0.qid == query.qid })
        let windows = answer.predRelevantWindows ?? []
        let precisions = MomentRetrieval.averagePrecisions(predicted: windows, truth: truth.relevantWindows)
        for (ours, theirs) in zip(precisions, query.mrApAt050To095) {
            #expect(abs(ours - theirs) <= 1e-6, "query \(query.qid)")
        }
        let overlap = MomentRetrieval.firstOverlap(predicted: windows, truth: truth.relevantWindows)
        #expect(abs(overlap - query.r1Iou) <= 1e-6, "query \(query.qid)")
        for level in HighlightDetection.Level.allCases {
            let expected = try #require(
                query.hl[level.rawValue]
                    ?? query.hl[
                        level.rawValue.prefix(1).lowercased()
                            + level.rawValue.dropFirst()])
            let labels = HighlightDetection.labels(truth, level: level)
            let scores = answer.predSaliencyScores ?? []
            for (ours, theirs) in zip(labels, expected.apPerAnnotator) {
                let found = HighlightDetection.averagePrecision(predicted: scores, labels: ours)
                #expect(abs(found - theirs) <= 1e-6, "query \(query.qid) \(level)")
            }
            #expect(HighlightDetection.isHit(predicted: scores, labels: labels) == (expected.hit > 0.5))
        }
    }
}
