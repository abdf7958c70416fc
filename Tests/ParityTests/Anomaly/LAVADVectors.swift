import Anomaly
import Testing

struct LAVADParseVectors: AnomalyVectors {
    struct Case: Decodable {
        let response: String
        let score: Double
    }

    struct Interpolation: Decodable {
        let frames: [Int]
        let raw: [Double]
        let out: [Double]
    }

    struct Summary: Decodable {
        let generation: String
        let summary: String
    }

    let cases: [Case]
    let interpolate: [Interpolation]?
    let summaryLastLine: [Summary]?

    static func isForm(_ keys: Set<String>) -> Bool { keys.isSuperset(of: ["case.response", "case.score"]) }

    func check(_ name: String) {
        for item in cases {
            #expect(Rating.strict(item.response) ?? -1 == item.score, "\(name): \(item.response.debugDescription)")
        }
        for item in interpolate ?? [] {
            let found = Rating.interpolated(frames: item.frames, ratings: item.raw.map { $0 == -1 ? nil : $0 })
            expectClose(found ?? [], item.out, within: 1e-6, "\(name) interpolate")
        }
        for item in summaryLastLine ?? [] {
            #expect(Rating.lastLine(item.generation) == item.summary, "\(name): \(item.generation.debugDescription)")
        }
    }
}

struct LAVADWindowVectors: AnomalyVectors {
    struct Case: Decodable {
        let numFrames: Int
        let fps: Double
        let clipDuration: Double
        let numSamples: Int
        let framesPerClip: Int
        let centers: [Int]
        let frames: [[Int]]
    }

    let cases: [Case]

    static func isForm(_ keys: Set<String>) -> Bool { keys.isSuperset(of: ["case.centers", "case.clip_duration"]) }

    func check(_ name: String) {
        for item in cases {
            let window = CaptionWindow(
                seconds: item.clipDuration, framesPerSecond: item.fps, samples: item.numSamples)
            #expect(window.frames == item.framesPerClip, "\(name)")
            #expect(item.centers.map { window.centred(at: $0, count: item.numFrames) } == item.frames, "\(name)")
        }
    }
}

struct LAVADCleanVectors: AnomalyVectors {
    struct Case: Decodable {
        let numFrames: Int
        let models: [String]
        let indexedCaptions: [String: [String: String]]
        let captionVectors: [String: [Float]]
        let indexSize: Int
        let frameVectors: [String: [Float]]
        let cleaned: [String: [String: String]]
    }

    let cases: [Case]
    let fps: Double?

    static func isForm(_ keys: Set<String>) -> Bool { keys.contains("case.indexed_captions") }

    func check(_ name: String) throws {
        for item in cases {
            let indexed = item.indexedCaptions.compactMap { key, value in Int(key).map { ($0, value) } }
                .sorted { $0.0 < $1.0 }
            var entries: [(position: Int, text: String, encoding: [Float])] = []
            for (frame, captions) in indexed {
                for caption in item.models.compactMap({ captions[$0] }) {
                    entries.append((frame, caption, try #require(item.captionVectors[caption])))
                }
            }
            let index = CaptionIndex(entries)
            #expect(index.texts.count == item.indexSize, "\(name)")
            for (centre, expected) in item.cleaned {
                // The published code samples UCF-Crime at a constant 30 frames a second.
                let window = CaptionWindow(framesPerSecond: fps ?? 30)
                let frames = window.centred(at: try #require(Int(centre)), count: item.numFrames)
                #expect(frames.map(String.init) == expected.keys.sorted { (Int($0) ?? 0) < (Int($1) ?? 0) }, "\(name)")
                let found = index.clean(try frames.map { try #require(item.frameVectors[String($0)]) })
                #expect(found == frames.map { expected[String($0)] ?? "" }, "\(name) centre \(centre)")
            }
        }
    }
}

struct LAVADRefineVectors: AnomalyVectors {
    struct Case: Decodable {
        let numFrames: Int
        let frameInterval: Int
        let neighbours: Int
        let frames: [Int]
        let summaries: [String]
        let summaryVectors: [[Float]]
        let videoVectors: [[Float]]
        let rawScores: [Double]
        let indexFrames: [Int]
        let nnFrames: [[Int]]
        let nnSim: [[Double]]
        let refined: [Double]
        let nFrameScores: Int

        enum CodingKeys: String, CodingKey {
            case numFrames, frameInterval, frames, summaries, summaryVectors, videoVectors, rawScores, indexFrames
            case nnFrames, nnSim, refined, nFrameScores
            case neighbours = "K"
        }
    }

    let cases: [Case]
    let tol: Double?

    static func isForm(_ keys: Set<String>) -> Bool { keys.contains("case.summaries") }

    func check(_ name: String) {
        let tolerance = tol ?? 1e-6
        for item in cases {
            let index = CaptionIndex(
                item.frames.indices.map { (item.frames[$0], item.summaries[$0], item.summaryVectors[$0]) })
            #expect(index.positions == item.indexFrames, "\(name)")
            let nearest = index.nearest(item.videoVectors, count: item.neighbours)
            #expect(nearest.map { $0.map { index.positions[$0.entry] } } == item.nnFrames, "\(name)")
            expectClose(
                nearest.flatMap { $0.map { Double($0.cosine) } }, item.nnSim.flatMap(\.self), within: tolerance,
                "\(name) nn_sim")
            let scores = index.positions.map { frame in
                item.frames.firstIndex(of: frame).map { item.rawScores[$0] } ?? -1
            }
            let refined = ScoreRefinement.byNearestTexts(
                windows: item.videoVectors, index: index, scores: scores, neighbours: item.neighbours)
            expectClose(refined, item.refined, within: tolerance, "\(name) refined")
            #expect(refined.count * item.frameInterval == item.nFrameScores, "\(name)")
        }
    }
}

struct LAVADAUCVectors: AnomalyVectors {
    struct Video: Decodable {
        let numFrames: Int
        let intervals: [[Int]]
        let snippetScores: [Double]
        let positives: Int
    }

    struct Case: Decodable {
        let videos: [Video]
        let rocAuc: Double
        let prAucTrapezoid: Double
        let averagePrecisionStep: Double
        let n: Int
    }

    let cases: [Case]
    let tol: Double?

    static func isForm(_ keys: Set<String>) -> Bool {
        keys.isSuperset(of: ["video.snippet_scores", "video.intervals", "case.average_precision_step"])
    }

    func check(_ name: String) {
        for item in cases {
            var (labels, scores) = ([Bool](), [Double]())
            for video in item.videos {
                // Pairs, or one flat list of starts and ends.
                let flat = video.intervals.flatMap(\.self)
                let pairs = stride(from: 0, to: flat.count - 1, by: 2).map { (start: flat[$0], end: flat[$0 + 1]) }
                let own = FrameLabels.labels(intervals: pairs, count: video.numFrames, .lavad)
                #expect(own.count { $0 } == video.positives, "\(name)")
                labels += own
                scores += FrameLabels.spread(video.snippetScores, count: video.numFrames)
            }
            #expect(labels.count == item.n, "\(name)")
            let found = RankingMetrics(labels: labels, scores: scores)
            expectClose(
                [found.rocAUC, found.trapezoidPrecisionRecall, found.averagePrecision].compactMap(\.self),
                [item.rocAuc, item.prAucTrapezoid, item.averagePrecisionStep], within: tol ?? 1e-6, name)
        }
    }
}
