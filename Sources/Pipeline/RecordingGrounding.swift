internal import Base
public import Grounding
public import Ingest

/// Finds the spans of one recording that fit a sentence, without a database: decode → encode → saliency → TFVTG.
public struct RecordingGrounding: Sendable {
    /// A span of the recording.
    public struct Moment: Sendable, Equatable {
        /// Seconds from the first frame.
        public let start: Double
        /// Seconds from the first frame.
        public let end: Double
        /// Mean saliency inside, the probability that the sentence holds there; of networks, what they rank by.
        public let score: Double
    }

    /// All that was found.
    public struct Result: Sendable {
        /// Seconds from the first frame of each analysed frame.
        public let times: [Double]
        /// Saliency of each analysed frame, a probability.
        public let saliency: [Float]
        /// The best spans, best first by TFVTG's static score.
        public let moments: [Moment]
        /// Seconds from the first frame to the end of the last.
        public let mediaSeconds: Double
        /// What highlights are ranked by where that is not the saliency.
        let highlightScores: [Float]?

        init(
            times: [Double], saliency: [Float], moments: [Moment], mediaSeconds: Double, highlightScores: [Float]? = nil
        ) {
            self.times = times
            self.saliency = saliency
            self.moments = moments
            self.mediaSeconds = mediaSeconds
            self.highlightScores = highlightScores
        }
    }

    private let engine: InferenceEngine

    /// A search that encodes with `engine`.
    public init(engine: InferenceEngine) { self.engine = engine }

    /// The spans of `source` that fit `request`, at most `top`. `progress` is told the seconds analysed so far.
    ///
    /// One scene is found by TFVTG. A condition is enforced on the spans of its scenes; the curve shown is then that of the
    /// first.
    ///
    /// Throws `IngestError`, `ModelError`, and `GroundingError` for hours and zones, which a recording by itself lacks.
    public func moments(
        of request: WatchRequest, in source: FileSource, analyseFPS: Double, top: Int, progress: (Double) -> Void
    ) async throws -> Result {
        if request.hours != nil || request.zone != nil {
            throw GroundingError.refusedQuery(
                text: request.text, problem: "a recording by itself has neither a time of day nor zones; leave them out"
            )
        }
        let condition = request.condition
        var queries: [TextEncoding] = []
        for scene in condition.scenes { queries.append(try await engine.encode(text: scene)) }
        let scorer = SaliencyScorer(queries: queries, constants: engine.constants)
        let (times, scores) = try await source.withFrames { frames in
            var encoder = FrameEncoder(engine: engine)
            var (times, scores) = ([WallTime](), [[Float]]())
            for try await frame in frames {
                let seconds = source.seconds(of: frame)
                let time = WallTime(microseconds: 0).advanced(bySeconds: seconds)
                let encoding = await encoder.encode(frame.picture, at: time).encoding
                times.append(time)
                scores.append(scorer.score(encoding).map(\.value))
                progress(seconds)
            }
            return (times, scores)
        }
        try Task.checkCancellation()
        guard let first = times.first else { return Result(times: [], saliency: [], moments: [], mediaSeconds: 0) }
        let mediaSeconds = source.statistics.mediaSeconds
        let curves = queries.indices.map { query in scores.map { $0[query] } }
        let moments = CurveGrounding(engine.constants, analyseFPS: analyseFPS).moments(
            condition, curves: curves, at: times, end: first.advanced(bySeconds: mediaSeconds), top: top)
        return Result(
            times: times.map { $0.seconds(since: first) }, saliency: curves[0], moments: moments,
            mediaSeconds: mediaSeconds)
    }
}

extension RecordingGrounding.Result {
    /// The `count` most salient analysed moments, best first, none within two seconds of a better one; each spans the
    /// time to its neighbours' middle.
    public func highlights(_ count: Int) -> [RecordingGrounding.Moment] {
        let scores = highlightScores ?? saliency
        var chosen: [Int] = []
        for index in scores.indices.sorted(by: { (scores[$1], $0) < (scores[$0], $1) }) {
            guard chosen.count < count else { break }
            if chosen.allSatisfy({ abs(times[$0] - times[index]) >= 2 }) { chosen.append(index) }
        }
        return chosen.map { index in
            let before = index > 0 ? (times[index - 1] + times[index]) / 2 : times[index]
            let after = index + 1 < times.count ? (times[index] + times[index + 1]) / 2 : mediaSeconds
            return RecordingGrounding.Moment(start: before, end: max(before, after), score: Double(scores[index]))
        }
    }
}
