/// How well the first predicted span of each sentence fits, as published for Charades-STA and ActivityNet Captions:
/// fractions, not rounded (Zheng et al., ECCV 2024, and others before).
public struct SpanAccuracy: Sendable, Equatable {
    /// The overlaps of ``recalls``.
    public static let thresholds = [0.3, 0.5, 0.7]

    /// Mean overlap.
    public let meanOverlap: Double
    /// Share of sentences whose overlap reaches each of ``thresholds``.
    public let recalls: [Double]
    /// Sentences compared.
    public let count: Int

    /// Compares one predicted span with one true span for each sentence; `[start, end]` in seconds. A sentence without a
    /// prediction has overlap 0.
    public init(_ pairs: [(predicted: [Double]?, truth: [Double])]) {
        let overlaps = pairs.map { pair in pair.predicted.map { Self.overlap($0, pair.truth) } ?? 0 }
        count = overlaps.count
        let all = Double(max(count, 1))
        meanOverlap = overlaps.reduce(0) { $0 + (($1 > 0) ? $1 : 0) } / all
        recalls = Self.thresholds.map { threshold in Double(overlaps.count { $0 >= threshold }) / all }
    }

    /// The first span of each prediction against the first true span of its annotation.
    ///
    /// Throws ``GroundingError/differentQueries(missing:unknown:)`` and ``GroundingError/nothingToCompare``.
    public init(
        predictions: [MomentPrediction], annotations: [MomentAnnotation], isIntersection: Bool = false
    ) throws(GroundingError) {
        let pairs = try MomentPair.matching(predictions, annotations, isIntersection: isIntersection)
        self.init(
            pairs.compactMap { pair in
                pair.annotation.relevantWindows.first.map { (pair.prediction.predRelevantWindows?.first, $0) }
            })
    }

    /// Intersection over hull; NaN for two equal points, which counts as a miss.
    public static func overlap(_ a: [Double], _ b: [Double]) -> Double {
        let inside = max(0, min(a[1], b[1]) - max(a[0], b[0]))
        return inside / (max(a[1], b[1]) - min(a[0], b[0]))
    }
}
