public import Base

/// LAVAD (Zanella et al., "Harnessing large language models for training-free video anomaly detection", CVPR 2024) in a
/// causal form: captions of the past seconds → summary → rating → refinement by what the camera showed before.
///
/// The published form looks at five seconds of future and retrieves from the whole video. Here the window trails, the
/// memory of captions and summaries is bounded and holds the past only, and a reply that cannot be read holds the last
/// rating. The parts that are equal to the published ones (`CaptionWindow`, `CaptionIndex`, `ScoreRefinement`,
/// `Rating/strict(_:)`) are separate so that they can be compared with it.
public struct LAVAD: Sendable {
    /// What a captioner and an encoder made of one sampled moment.
    public struct Moment: Sendable {
        /// When.
        public let time: WallTime
        /// The captioner's sentence.
        public let caption: String
        /// The sentence's encoding [D].
        public let captionEncoding: [Float]
        /// The picture's encoding [D], in the same space.
        public let frameEncoding: [Float]

        /// Gathers the parts of a moment.
        public init(time: WallTime, caption: String, captionEncoding: [Float], frameEncoding: [Float]) {
            self.time = time
            self.caption = caption
            self.captionEncoding = captionEncoding
            self.frameEncoding = frameEncoding
        }
    }

    /// A rated moment.
    public struct Result: Sendable, Equatable {
        /// Anomaly score in 0…1 after refinement.
        public let score: Double
        /// The rating before refinement.
        public let rating: Double
        /// What the model said happened.
        public let summary: String
    }

    /// Seconds of captions behind a summary.
    private static let window = 10.0
    /// Moments remembered for cleaning and refinement: an hour at one every two seconds.
    private static let capacity = 1800
    /// Longest reply in tokens.
    private static let limit = 200

    private static let summaryInstruction =
        "Summarise in a few sentences what happens over time in these descriptions of a scene. Leave out detail that "
        + "does not matter."
    private static let ratingInstruction =
        "You work for a law enforcement agency. Rate how suspicious the scene is, from 0, a standard scene, to 1, "
        + "suspicious activities. Answer with a Python list holding exactly one of the numbers 0, 0.1, 0.2, 0.3, 0.4, "
        + "0.5, 0.6, 0.7, 0.8, 0.9, 1.0 and no explanation."

    private let generator: any TextGenerator
    private var moments: [Moment] = []
    private var rated: [(text: String, encoding: [Float], rating: Double)] = []
    private var held = HeldRating()

    /// A camera that has shown nothing yet, asking `generator`.
    public init(generator: any TextGenerator) { self.generator = generator }

    /// Replies that could not be read so far.
    public var failures: Int { held.failures }

    /// Rates the newest moment; times must rise. `encode` gives a text's encoding [D]. Throws what `generator` throws.
    public mutating func rate(
        _ moment: Moment, encode: @Sendable (String) async throws -> [Float]
    ) async throws -> Result {
        moments.append(moment)
        if moments.count > Self.capacity { moments.removeFirst(moments.count - Self.capacity) }
        let recent = moments.filter { moment.time.seconds(since: $0.time) <= Self.window }
        let index = CaptionIndex(
            moments.enumerated().map { ($0.offset, $0.element.caption, $0.element.captionEncoding) })
        let captions = index.clean(recent.map(\.frameEncoding)).joined(separator: "\n ")
        let described = try await generator.generate(
            instruction: Self.summaryInstruction, question: captions, limit: Self.limit)
        let summary = Rating.lastLine(described.trimmed)
        let reply = try await generator.generate(
            instruction: Self.ratingInstruction, question: summary + ".", limit: Self.limit)
        let rating = held.take(reply, at: moment.time)
        rated.append((summary, try await encode(summary), rating))
        if rated.count > Self.capacity { rated.removeFirst(rated.count - Self.capacity) }
        return Result(score: refined(moment), rating: rating, summary: summary)
    }

    private func refined(_ moment: Moment) -> Double {
        let index = CaptionIndex(rated.enumerated().map { ($0.offset, $0.element.text, $0.element.encoding) })
        let scores = index.positions.map { rated[$0].rating }
        return ScoreRefinement.byNearestTexts(windows: [moment.frameEncoding], index: index, scores: scores).first ?? 0
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = Substring(self)
        while let last = text.last, last.isWhitespace { text.removeLast() }
        return String(text)
    }
}
