/// Frame-level metrics of one method on one test set.
package struct FrameEvaluation: Sendable, Equatable {
    /// The convention of labels.
    package let convention: FrameLabels.Convention
    package let videos: Int
    package let frames: Int
    package let positives: Int
    /// Over all frames of all videos together.
    package let micro: RankingMetrics
    /// Mean over videos, padded so that each has both classes (AI-VAD).
    package let macroAUC: Double?
    /// Mean over the videos that have both classes: localisation.
    package let withinVideoAUC: Double?
    /// Mean average precision of segments at IoU 0.1 … 0.5; nil without scores by class.
    package let segmentMAP: [Double]?

    /// Evaluates `predictions` against `annotations`. Videos that are not annotated count as normal when `unlistedNormal`
    /// (XD-Violence lists its anomalous videos only).
    ///
    /// Throws `AnomalyError.evaluation` when the two do not hold the same videos, or a length is unknown.
    package init(
        annotations: [VideoAnnotation], predictions: [VideoPrediction], convention: FrameLabels.Convention,
        unlistedNormal: Bool, file: String
    ) throws(AnomalyError) {
        let truths = Dictionary(annotations.map { ($0.video, $0) }, uniquingKeysWith: { first, _ in first })
        let known = Set(predictions.map(\.video))
        let missing = annotations.map(\.video).filter { !known.contains($0) }
        if let first = missing.first {
            throw .evaluation(
                file: file, line: nil, problem: "no prediction for \(missing.count) annotated videos, such as \(first)")
        }
        var curves: [VideoAUC.Curve] = []
        for prediction in predictions {
            let truth = truths[prediction.video]
            guard truth != nil || unlistedNormal else {
                throw .evaluation(
                    file: file, line: nil,
                    problem: "\(prediction.video) is not annotated; --unlisted-normal counts such videos as normal")
            }
            let count = Self.count(prediction, truth, convention)
            let pairs = (truth?.intervals ?? []).map { (start: $0[0], end: $0[1]) }
            curves.append(
                (
                    FrameLabels.labels(intervals: pairs, count: count, convention),
                    FrameLabels.spread(prediction.scores, interval: prediction.interval, count: count)
                ))
        }
        self.convention = convention
        videos = curves.count
        let labels = curves.flatMap(\.labels)
        frames = labels.count
        positives = labels.count { $0 }
        micro = RankingMetrics(labels: labels, scores: curves.flatMap(\.scores))
        macroAUC = VideoAUC.paddedMean(curves)
        withinVideoAUC = VideoAUC.withinVideoMean(curves)
        segmentMAP = Self.segments(predictions, truths)
    }

    /// Frames that are evaluated: the true length, or as many as the scores stand for.
    private static func count(
        _ prediction: VideoPrediction, _ truth: VideoAnnotation?, _ convention: FrameLabels.Convention
    ) -> Int {
        let spread = prediction.scores.count * prediction.interval
        return convention == .vadclip ? spread : truth?.frames ?? prediction.frames ?? spread
    }

    private static func segments(_ predictions: [VideoPrediction], _ truths: [String: VideoAnnotation]) -> [Double]? {
        let names = Set(predictions.flatMap(\.classes.keys)).sorted()
        guard !names.isEmpty, predictions.allSatisfy({ $0.classes.count == names.count }) else { return nil }
        let videos = predictions.map { prediction in
            let truth = truths[prediction.video]
            let category = truth?.category.flatMap { names.firstIndex(of: $0) }
            return SegmentDetection.Video(
                curves: names.map { name in
                    let scores = prediction.classes[name] ?? []
                    return FrameLabels.spread(
                        scores, interval: prediction.interval, count: scores.count * prediction.interval)
                },
                segments: (truth?.intervals ?? []).compactMap { interval in
                    category.map { .init(start: Double(interval[0]), end: Double(interval[1]), category: $0) }
                })
        }
        let detection = SegmentDetection(videos: videos, categories: names.count)
        return [0.1, 0.2, 0.3, 0.4, 0.5].map { detection.meanAveragePrecision(overlap: $0) }
    }
}
