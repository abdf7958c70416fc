internal import Base
internal import Grounding
public import Ingest

/// How well each analysed frame of a recording fits each of a list of sentences, as the encoder tells it: what evaluations
/// are computed from.
public struct SentenceScores: Sendable {
    /// One analysed frame.
    public struct Frame: Sendable, Equatable {
        /// Seconds from the first frame.
        public let seconds: Double
        /// By sentence, the largest cosine of its encoding with those of the frame's looks, −1…1.
        public let similarities: [Float]
        /// Looks that were encoded: one of the whole picture where nothing moved.
        public let looks: Int
    }

    private let engine: InferenceEngine
    private let scorer: SaliencyScorer

    /// Scores against `sentences`, which are encoded as they stand.
    ///
    /// Throws `ModelError` for a sentence that cannot be encoded.
    public init(sentences: [String], engine: InferenceEngine) async throws {
        self.engine = engine
        var queries: [TextEncoding] = []
        for sentence in sentences { queries.append(try await engine.encode(text: sentence)) }
        scorer = SaliencyScorer(queries: queries, constants: engine.constants)
    }

    /// Every analysed frame of `source`, in order of time.
    ///
    /// Throws `IngestError`.
    public func frames(of source: FileSource) async throws -> [Frame] {
        try await source.withFrames { frames in
            var encoder = FrameEncoder(engine: engine)
            var result: [Frame] = []
            for try await frame in frames {
                let seconds = source.seconds(of: frame)
                let time = WallTime(microseconds: 0).advanced(bySeconds: seconds)
                let encoding = await encoder.encode(frame.picture, at: time)
                result.append(
                    Frame(
                        seconds: seconds, similarities: scorer.similarities(encoding), looks: encoding.looks.count))
            }
            return result
        }
    }
}
