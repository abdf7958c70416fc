internal import Base
public import Grounding
public import Ingest

/// What `ground` finds for many sentences at once, and when a live camera would have told of them: what evaluations of spans are
/// computed from. A recording is decoded and encoded once for all of them.
public struct SentenceSpans: Sendable {
    /// What was found for one sentence.
    public struct Answer: Sendable, Equatable {
        /// Best first; nil where the sentence is refused.
        public let moments: [RecordingGrounding.Moment]?
        /// When a live camera at one frame a second would have told, and since when it was seen; seconds from the first frame. Nil for
        /// sentences that are more than one scene.
        public let alerts: [Alert]?
    }

    /// What a live camera would have told.
    public struct Alert: Sendable, Equatable {
        /// When it would have told.
        public let told: Double
        /// The start that it would have given.
        public let start: Double
    }

    private let constants: GroundingConstants
    private let analyseFPS: Double
    private let top: Int

    /// At most `top` spans a sentence, of recordings analysed `analyseFPS` times a second, by the constants of an encoder.
    public init(_ constants: GroundingConstants, analyseFPS: Double, top: Int) {
        (self.constants, self.analyseFPS, self.top) = (constants, analyseFPS, top)
    }

    /// One answer for each of `sentences`. Throws `IngestError` and `ModelError`.
    public func answers(
        to sentences: [String], in source: FileSource, engine: InferenceEngine
    ) async throws -> [Answer] {
        let requests = sentences.map { sentence -> WatchRequest? in
            let request = try? WatchRequest(sentence)
            return request.flatMap { $0.hours == nil && $0.zone == nil ? $0 : nil }
        }
        var (encoded, places) = ([TextEncoding](), [Range<Int>]())
        for request in requests {
            let before = encoded.count
            if let request { encoded += try await engine.encodings(of: request.condition, in: request.sentence) }
            places.append(before..<encoded.count)
        }
        let scorer = SaliencyScorer(queries: encoded, constants: constants)
        let (times, scores) = try await source.withFrames { frames in
            var encoder = FrameEncoder(engine: engine)
            var (times, scores) = ([WallTime](), [[Float]]())
            for try await frame in frames {
                let time = WallTime(microseconds: 0).advanced(bySeconds: source.seconds(of: frame))
                let encoding = await encoder.encode(frame.picture, at: time).encoding
                times.append(time)
                scores.append(scorer.score(encoding).map(\.value))
            }
            return (times, scores)
        }
        let end = (times.first ?? WallTime(microseconds: 0)).advanced(bySeconds: source.statistics.mediaSeconds)
        return zip(requests, places).map { request, places in
            guard let request else { return Answer(moments: nil, alerts: nil) }
            return answer(request.condition, places.map { place in scores.map { $0[place] } }, times, end)
        }
    }

    /// The answer to one scene whose saliency was `curve`, `analyseFPS` frames a second from 0 s on.
    public func answer(curve: [Float]) -> Answer {
        let times = curve.indices.map { WallTime(microseconds: 0).advanced(bySeconds: Double($0) / analyseFPS) }
        let end = WallTime(microseconds: 0).advanced(bySeconds: Double(curve.count) / analyseFPS)
        return answer(.scene("scene"), [curve], times, end)
    }

    private func answer(
        _ condition: Condition, _ curves: [[Float]], _ times: [WallTime], _ end: WallTime
    ) -> Answer {
        let grounding = CurveGrounding(constants, analyseFPS: analyseFPS)
        let moments = grounding.moments(condition, curves: curves, at: times, end: end, top: top)
        guard case .scene = condition else { return Answer(moments: moments, alerts: nil) }
        let alerts = grounding.alerts(curves[0], at: times)
        return Answer(moments: moments, alerts: alerts.map { Alert(told: $0.told, start: $0.start) })
    }
}
