/// A candidate span of a similarity curve, in frames.
public struct Proposal: Sendable, Equatable {
    /// The scored window `[start, end)`.
    public let window: Range<Int>
    /// Where the similarity began to rise towards the window's start: the start to report.
    public let risingFrom: Int
    /// What it is ranked by: how much more similar the window is than the rest, and with
    /// ``TFVTG/Scoring/dynamicAndStatic`` how strongly the similarity rose before.
    public let score: Double
    /// ``score`` divided by the best proposal's.
    public let confidence: Double

    /// Gathers the parts of a proposal.
    public init(window: Range<Int>, risingFrom: Int, score: Double, confidence: Double) {
        self.window = window
        self.risingFrom = risingFrom
        self.score = score
        self.confidence = confidence
    }
}
