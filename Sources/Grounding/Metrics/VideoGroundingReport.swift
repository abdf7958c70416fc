internal import Foundation

/// QVHighlights' metrics of one submission, percent rounded to two decimals, under the published names.
public struct VideoGroundingReport: Sendable, Equatable {
    /// Names of the lengths of true spans that are looked at apart, with seconds `(above, through)`; nil is every length.
    static let ranges: [(name: String, seconds: (above: Double, through: Double)?)] = [
        ("short", (0, 10)), ("middle", (10, 30)), ("long", (30, 150)), ("full", nil),
    ]

    /// `short`, `middle`, `long`, `full` → `MR-mAP`, `MR-R1` → threshold or `average` → percent.
    public let retrieval: [String: [String: [String: Double]]]
    /// `HL-min-Fair`, `-Good`, `-VeryGood` → `HL-mAP`, `HL-Hit1` → percent; empty without predicted saliency.
    public let highlights: [String: [String: Double]]

    /// The headline numbers.
    public var brief: [String: Double] {
        var brief: [String: Double] = [:]
        for (name, key, threshold) in [
            ("MR-full-mAP", "MR-mAP", "average"), ("MR-full-mAP@0.5", "MR-mAP", "0.5"),
            ("MR-full-mAP@0.75", "MR-mAP", "0.75"), ("MR-full-R1@0.5", "MR-R1", "0.5"),
            ("MR-full-R1@0.7", "MR-R1", "0.7"),
        ] { brief[name] = retrieval["full"]?[key]?[threshold] }
        for range in ["short", "middle", "long"] {
            brief["MR-\(range)-mAP"] = retrieval[range]?["MR-mAP"]?["average"]
        }
        for (level, values) in highlights {
            for (name, value) in values { brief["\(level)-\(name.dropFirst(3))"] = value }
        }
        return brief
    }

    /// Compares `predictions` with `annotations`, which must be about the same queries; with `isIntersection` what both
    /// have is compared.
    ///
    /// Throws ``GroundingError/differentQueries(missing:unknown:)``, ``GroundingError/noPrediction(qid:)`` and
    /// ``GroundingError/nothingToCompare``.
    public init(
        predictions: [MomentPrediction], annotations: [MomentAnnotation], isIntersection: Bool = false
    ) throws(GroundingError) {
        let pairs = try MomentPair.matching(predictions, annotations, isIntersection: isIntersection)
        var retrieval: [String: [String: [String: Double]]] = [:]
        if pairs.contains(where: { $0.prediction.predRelevantWindows != nil }) {
            for (name, seconds) in Self.ranges { retrieval[name] = try Self.retrieval(pairs, seconds) }
        }
        self.retrieval = retrieval
        var highlights: [String: [String: Double]] = [:]
        let isScored = pairs.contains { $0.prediction.predSaliencyScores != nil }
        if isScored, pairs.contains(where: { $0.annotation.saliencyScores != nil }) {
            for level in HighlightDetection.Level.allCases {
                highlights["HL-min-\(level.rawValue)"] = Self.highlights(pairs, level)
            }
        }
        self.highlights = highlights
    }

    private static func retrieval(
        _ pairs: [MomentPair], _ seconds: (above: Double, through: Double)?
    ) throws(GroundingError) -> [String: [String: Double]] {
        let names = MomentRetrieval.thresholds.map { String(format: "%g", $0) }
        var firsts: [Double] = []
        var precisions: [[Double]] = []
        for pair in pairs {
            let truth = pair.annotation.relevantWindows.filter { window in
                seconds.map { $0.above < window[1] - window[0] && window[1] - window[0] <= $0.through } ?? true
            }
            if truth.isEmpty && seconds != nil { continue }
            let predicted = pair.prediction.predRelevantWindows ?? []
            if predicted.isEmpty { throw .noPrediction(qid: pair.prediction.qid) }
            firsts.append(MomentRetrieval.firstOverlap(predicted: predicted, truth: truth))
            precisions.append(MomentRetrieval.averagePrecisions(predicted: predicted, truth: truth))
        }
        var (recall, precision) = ([String: Double](), [String: Double]())
        var means: [Double] = []
        for (index, name) in names.enumerated() {
            recall[name] = percent(mean(firsts.map { $0 >= MomentRetrieval.thresholds[index] ? 1 : 0 }))
            means.append(mean(precisions.map { $0[index] }))
            precision[name] = percent(means[index])
        }
        precision["average"] = percent(mean(means))
        return ["MR-mAP": precision, "MR-R1": recall]
    }

    private static func highlights(_ pairs: [MomentPair], _ level: HighlightDetection.Level) -> [String: Double] {
        var (hits, precisions) = ([Double](), [Double]())
        for pair in pairs {
            let labels = HighlightDetection.labels(pair.annotation, level: level)
            let predicted = pair.prediction.predSaliencyScores ?? []
            hits.append(HighlightDetection.isHit(predicted: predicted, labels: labels) ? 1 : 0)
            precisions += labels.map { HighlightDetection.averagePrecision(predicted: predicted, labels: $0) }
        }
        return ["HL-mAP": percent(mean(precisions)), "HL-Hit1": percent(mean(hits))]
    }

    private static func mean(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }

    private static func percent(_ share: Double) -> Double { Double(String(format: "%.2f", 100 * share)) ?? 0 }
}
