internal import Base
internal import Grounding
public import Ingest

/// Finds the spans of one recording that fit a sentence, without a database: decode → encode → saliency → TFVTG.
public struct RecordingGrounding: Sendable {
    /// A span of the recording.
    public struct Moment: Sendable, Equatable {
        /// Seconds from the first frame.
        public let start: Double
        /// Seconds from the first frame.
        public let end: Double
        /// Mean saliency inside: the probability that the sentence holds there.
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
    }

    /// Longest span considered, in seconds; bounds the work on day-long recordings.
    static let longestSpan = 600.0

    private let engine: InferenceEngine

    /// A search that encodes with `engine`.
    public init(engine: InferenceEngine) { self.engine = engine }

    /// The spans of `source` that fit `sentence`, at most `top`. `progress` is told the seconds analysed so far.
    ///
    /// Throws `IngestError` and `ModelError`.
    public func moments(
        of sentence: String, in source: FileSource, analyseFPS: Double, top: Int, progress: (Double) -> Void
    ) async throws -> Result {
        let query = try await engine.encode(text: sentence)
        let scorer = SaliencyScorer(queries: [query], constants: engine.constants)
        let (times, saliency) = try await source.withFrames { frames in
            var encoder = FrameEncoder(engine: engine)
            var (times, saliency) = ([WallTime](), [Float]())
            for try await frame in frames {
                let seconds = source.seconds(of: frame)
                let time = WallTime(microseconds: 0).advanced(bySeconds: seconds)
                let encoding = await encoder.encode(frame.picture, at: time)
                times.append(time)
                saliency.append(scorer.score(encoding)[0].value)
                progress(seconds)
            }
            return (times, saliency)
        }
        try Task.checkCancellation()
        guard let first = times.first else { return Result(times: [], saliency: [], moments: [], mediaSeconds: 0) }
        let mediaSeconds = source.statistics.mediaSeconds
        let moments = localise(saliency, times, analyseFPS, top, end: first.advanced(bySeconds: mediaSeconds))
        return Result(
            times: times.map { $0.seconds(since: first) }, saliency: saliency, moments: moments,
            mediaSeconds: mediaSeconds)
    }

    private func localise(
        _ saliency: [Float], _ times: [WallTime], _ analyseFPS: Double, _ top: Int, end: WallTime
    ) -> [Moment] {
        guard let first = times.first else { return [] }
        let period = 1 / analyseFPS
        let constants = engine.constants
        let localiser = TFVTG(
            .init(
                stride: 1, longest: max(2, Int(Self.longestSpan * analyseFPS)), mask: constants.mask,
                slope: constants.slope / Float(max(analyseFPS, 1)), top: 4 * top))
        let limits = TimeSpan(start: first, end: max(end, times[times.count - 1]))
        let proposals = localiser.proposals(similarity: saliency)
        let apart = proposals.indices.filter { index in
            !proposals[..<index].contains { Self.covers($0.window, proposals[index].window) }
        }
        return apart.prefix(top).map { index in
            let proposal = proposals[index]
            let frames = min(proposal.risingFrom, proposal.window.lowerBound)...(proposal.window.upperBound - 1)
            let span = SampledSpan(frames: frames, of: times, period: period, limits: limits).during
            let inside = saliency[proposal.window].map(Double.init)
            return Moment(
                start: span.start.seconds(since: first), end: span.end.seconds(since: first),
                score: inside.reduce(0, +) / Double(inside.count))
        }
    }
}

extension RecordingGrounding {
    /// Whether `better` holds more than half of `window`, or the other way round: the same moment told twice.
    private static func covers(_ better: Range<Int>, _ window: Range<Int>) -> Bool {
        let shared = better.clamped(to: window).count
        return 2 * shared > min(better.count, window.count)
    }
}

extension RecordingGrounding.Result {
    /// The `count` most salient analysed moments, best first, none within two seconds of a better one; each spans the
    /// time to its neighbours' middle.
    public func highlights(_ count: Int) -> [RecordingGrounding.Moment] {
        var chosen: [Int] = []
        for index in saliency.indices.sorted(by: { (saliency[$1], $0) < (saliency[$0], $1) }) {
            guard chosen.count < count else { break }
            if chosen.allSatisfy({ abs(times[$0] - times[index]) >= 2 }) { chosen.append(index) }
        }
        return chosen.map { index in
            let before = index > 0 ? (times[index - 1] + times[index]) / 2 : times[index]
            let after = index + 1 < times.count ? (times[index] + times[index + 1]) / 2 : mediaSeconds
            return RecordingGrounding.Moment(start: before, end: max(before, after), score: Double(saliency[index]))
        }
    }
}
