import Anomaly
import Testing

struct VERAVectors: AnomalyVectors {
    struct Video: Decodable {
        let length: Int
        let features: [[Float]]
        let scores: [Double]
        let temporalLabel: [Int]
        let frameScoresEvery16: [Double]
    }

    struct Case: Decodable {
        let videos: [Video]
        let rocAuc: Double
    }

    let cases: [Case]
    let kernel: [Double]

    enum CodingKeys: String, CodingKey {
        case cases
        case kernel = "kernel1510"
    }

    static func isForm(_ keys: Set<String>) -> Bool { keys.contains("kernel_15_10") }

    func check(_ name: String) {
        expectClose(VERA.kernel, kernel, within: 1e-6, "\(name) kernel")
        for item in cases {
            var (labels, scores) = ([Bool](), [Double]())
            for video in item.videos {
                let found = VERA.frameScores(features: video.features, scores: video.scores, count: video.length)
                expectClose(
                    stride(from: 0, to: found.count, by: 16).map { found[$0] }, video.frameScoresEvery16, within: 1e-6,
                    name)
                let pairs = stride(from: 0, to: video.temporalLabel.count - 1, by: 2)
                    .map { (start: video.temporalLabel[$0], end: video.temporalLabel[$0 + 1]) }
                labels += FrameLabels.labels(intervals: pairs, count: video.length, .vera)
                scores += found
            }
            expectClose(
                [RankingMetrics(labels: labels, scores: scores).rocAUC ?? -1], [item.rocAuc], within: 1e-6, name)
        }
    }
}

struct AnomalyRulerVectors: AnomalyVectors {
    struct Case: Decodable {
        let lines: [String]
        let preds: [Int]
        let ema: [Double]
        let majority: [Int]
        let scores: [Double]
    }

    struct Majority: Decodable {
        let data: [Double]
        let threshold: Double
        let window: Int
        let out: [Int]
    }

    let keywords: [String]
    let cases: [Case]
    let majority: [Majority]
    let tol: Double?

    static func isForm(_ keys: Set<String>) -> Bool { keys.isSuperset(of: ["keywords", "case.lines"]) }

    func check(_ name: String) {
        for item in cases {
            let found = AnomalyRuler.deduce(captions: item.lines, keywords: keywords)
            #expect(found.hits.map { $0 ? 1 : 0 } == item.preds, "\(name)")
            expectClose(found.averages, item.ema, within: tol ?? 1e-6, "\(name) ema")
            #expect(found.majority.map { $0 ? 1 : 0 } == item.majority, "\(name)")
            expectClose(found.scores, item.scores, within: tol ?? 1e-6, "\(name) scores")
        }
        for item in majority {
            let found = AnomalyRuler.majority(item.data, threshold: item.threshold, window: item.window)
            #expect(found.map { $0 ? 1 : 0 } == item.out, "\(name) window \(item.window)")
        }
    }
}

struct SamplerVectors: AnomalyVectors {
    struct Case: Decodable {
        let scores: [Double]
        let select: Int
        let indices: [Int]
    }

    let tau: Double
    let cases: [Case]

    static func isForm(_ keys: Set<String>) -> Bool { keys.isSuperset(of: ["tau", "case.select", "case.indices"]) }

    func check(_ name: String) {
        for item in cases {
            #expect(MassSampler.positions(item.scores, count: item.select, floor: tau) == item.indices, "\(name)")
        }
    }
}

struct MoniTorVectors: AnomalyVectors {
    struct Parse: Decodable {
        let response: String
        let score: Double
    }

    struct Run: Decodable {
        let responses: [String]
        let newScore: [Double]
        let smoothScore: [Double?]
    }

    let parse: [Parse]
    let runs: [Run]
    let tol: Double?

    static func isForm(_ keys: Set<String>) -> Bool { keys.isSuperset(of: ["parse", "runs"]) }

    func check(_ name: String) {
        for item in parse { #expect(MoniTor.rating(item.response) == item.score, "\(name): \(item.response)") }
        for run in runs {
            let scores = MoniTor.runningScores(run.responses)
            expectClose(scores, run.newScore, within: tol ?? 1e-6, "\(name) new_score")
            let smoothed = MoniTor.smoothed(scores)
            #expect(smoothed.map { $0 == nil } == run.smoothScore.map { $0 == nil }, "\(name)")
            expectClose(
                smoothed.compactMap(\.self), run.smoothScore.compactMap(\.self), within: tol ?? 1e-6,
                "\(name) smooth_score")
        }
    }
}
