import Anomaly
import Testing

struct MetricVectors: AnomalyVectors {
    struct Case: Decodable {
        let y: [Int]
        let s: [Double]
        let rocAuc: Double?
        let apStep: Double?
        let prAucTrapezoid: Double?
    }

    let cases: [Case]
    let tol: Double?

    static func isForm(_ keys: Set<String>) -> Bool { keys.isSuperset(of: ["case.ap_step", "case.y"]) }

    func check(_ name: String) {
        for item in cases {
            let found = RankingMetrics(labels: item.y.map { $0 != 0 }, scores: item.s)
            expectClose(
                [found.rocAUC, found.averagePrecision, found.trapezoidPrecisionRecall].compactMap(\.self),
                [item.rocAuc, item.apStep, item.prAucTrapezoid].compactMap(\.self), within: tol ?? 1e-6, name)
        }
    }
}

struct VadCLIPLabelVectors: AnomalyVectors {
    struct Video: Decodable {
        let name: String
        let snippets: Int
        let annotation: [Int]
        let firstLastPositive: [Int]
        let snippetScores: [Double]
    }

    let videos: [Video]
    let totalFrames: Int
    let positives: Int
    let gtRuns: [Int]
    let rocAuc: Double
    let averagePrecision: Double

    static func isForm(_ keys: Set<String>) -> Bool { keys.contains("gt_runs") }

    func check(_ name: String) {
        var (labels, scores) = ([Bool](), [Double]())
        for video in videos {
            let pairs = stride(from: 0, to: video.annotation.count - 1, by: 2)
                .map { (start: video.annotation[$0], end: video.annotation[$0 + 1]) }
            let count = video.snippets * FrameLabels.frameInterval
            let own = FrameLabels.labels(intervals: pairs, count: count, .vadclip)
            #expect(
                [own.firstIndex(of: true), own.lastIndex(of: true)].compactMap(\.self) == video.firstLastPositive,
                "\(name) \(video.name)")
            labels += own
            scores += FrameLabels.spread(video.snippetScores, count: count)
        }
        #expect(labels.count == totalFrames && labels.count { $0 } == positives, "\(name)")
        let flips = labels.indices.dropFirst().filter { labels[$0] != labels[$0 - 1] }
        #expect(
            (labels.first == true ? [0] : []) + flips + (labels.last == true ? [labels.count] : []) == gtRuns, "\(name)"
        )
        let found = RankingMetrics(labels: labels, scores: scores)
        expectClose(
            [found.rocAUC, found.averagePrecision].compactMap(\.self), [rocAuc, averagePrecision], within: 1e-6, name)
    }
}

struct VadCLIPMapVectors: AnomalyVectors {
    let classes: [String]
    let snippetProbs: [[[Double]]]
    let gtSegments: [[[Double]]]
    let gtLabels: [[String]]
    let iou: [Double]
    let mAP: [Double]

    static func isForm(_ keys: Set<String>) -> Bool { keys.isSuperset(of: ["mAP", "gt_segments"]) }

    func check(_ name: String) {
        let videos = snippetProbs.indices.map { video in
            SegmentDetection.Video(
                curves: classes.indices.map { category in
                    let curve = snippetProbs[video].map { $0[category] }
                    return FrameLabels.spread(curve, count: curve.count * FrameLabels.frameInterval)
                },
                segments: zip(gtSegments[video], gtLabels[video]).map { segment, label in
                    SegmentDetection.Segment(
                        start: segment[0], end: segment[1], category: classes.firstIndex(of: label) ?? -1)
                })
        }
        let detection = SegmentDetection(videos: videos, categories: classes.count)
        expectClose(iou.map { 100 * detection.meanAveragePrecision(overlap: $0) }, mAP, within: 1e-6, name)
    }
}

struct RegionTrackVectors: AnomalyVectors {
    struct Video: Decodable {
        let numFrames: Int
        let tracks: [[Double]]
        let detections: [[Double]]
    }

    struct Case: Decodable {
        let videos: [Video]
        let totalFrames: Int
        let reachesFpr1: Bool
        let tbdc: Double
        let rbdc: Double
    }

    let cases: [Case]
    let alpha: Double
    let beta: Double
    let tol: Double?

    static func isForm(_ keys: Set<String>) -> Bool { keys.contains("case.rbdc") }

    func check(_ name: String) {
        for item in cases {
            #expect(item.videos.map(\.numFrames).reduce(0, +) == item.totalFrames, "\(name)")
            let found = RegionTrackCriteria(
                videos: item.videos.map { video in
                    RegionTrackCriteria.Video(
                        frames: video.numFrames,
                        regions: video.tracks.map { .init(track: Int($0[0]), frame: Int($0[1]), box: box($0, at: 2)) },
                        detections: video.detections.map {
                            .init(frame: Int($0[0]), box: box($0, at: 1), score: $0[5])
                        })
                }, alpha: alpha, beta: beta)
            expectClose([found.region, found.track], [item.rbdc, item.tbdc], within: tol ?? 1e-6, name)
            #expect(found.reachesOneFalsePositive == item.reachesFpr1, "\(name)")
        }
    }

    private func box(_ row: [Double], at index: Int) -> RegionTrackCriteria.PixelBox {
        .init(left: row[index], top: row[index + 1], right: row[index + 2], bottom: row[index + 3])
    }
}
