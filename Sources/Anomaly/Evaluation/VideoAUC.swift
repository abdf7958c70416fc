/// ROC areas per video.
package enum VideoAUC {
    /// One video's labels and scores, an entry a frame.
    package typealias Curve = (labels: [Bool], scores: [Double])

    /// Mean area over videos after a negative of score 0 is put before each and a positive of the highest score behind
    /// it, so that a video of one class has an area too (AI-VAD's macro AUC). It flatters short and one-class videos.
    package static func paddedMean(_ videos: [Curve]) -> Double? {
        mean(
            videos.compactMap { video in
                RankingMetrics(
                    labels: [false] + video.labels + [true],
                    scores: [0] + video.scores + [.greatestFiniteMagnitude]
                ).rocAUC
            })
    }

    /// Mean area over the videos that hold both classes: how well scores localise, which a pooled area cannot show.
    package static func withinVideoMean(_ videos: [Curve]) -> Double? {
        mean(videos.compactMap { RankingMetrics(labels: $0.labels, scores: $0.scores).rocAUC })
    }

    private static func mean(_ values: [Double]) -> Double? {
        values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
}
