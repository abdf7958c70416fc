/// One annotated sentence, as QVHighlights publishes it (Lei et al., NeurIPS 2021); Charades-STA in the same form has no
/// clips and no saliency.
public struct MomentAnnotation: Sendable, Equatable, Decodable {
    /// Number of the query.
    public let qid: Int
    /// Length of the video in seconds.
    public let duration: Double
    /// The true spans in seconds, `[start, end]` each.
    public let relevantWindows: [[Double]]
    /// The clips of two seconds that the saliency scores belong to.
    public let relevantClipIds: [Int]?
    /// Three annotators' scores of each relevant clip, 0 (very bad) … 4 (very good).
    public let saliencyScores: [[Double]]?

    /// Gathers the parts.
    public init(
        qid: Int, duration: Double, relevantWindows: [[Double]], relevantClipIds: [Int]? = nil,
        saliencyScores: [[Double]]? = nil
    ) {
        self.qid = qid
        self.duration = duration
        self.relevantWindows = relevantWindows
        self.relevantClipIds = relevantClipIds
        self.saliencyScores = saliencyScores
    }
}

/// What a model answers to one query, as QVHighlights' submissions hold it.
public struct MomentPrediction: Sendable, Equatable, Decodable {
    /// Number of the query.
    public let qid: Int
    /// The spans found, in the order submitted: `[start, end, score]` each, seconds.
    public let predRelevantWindows: [[Double]]?
    /// One score for each clip of two seconds.
    public let predSaliencyScores: [Double]?

    /// Gathers the parts.
    public init(qid: Int, predRelevantWindows: [[Double]]?, predSaliencyScores: [Double]? = nil) {
        self.qid = qid
        self.predRelevantWindows = predRelevantWindows
        self.predSaliencyScores = predSaliencyScores
    }
}
