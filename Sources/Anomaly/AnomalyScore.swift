public import Base

/// How unlike everything normal one frame is.
public struct AnomalyScore: Sendable, Equatable {
    /// The score that was compared with a threshold: −log₁₀ p, smoothed, of a camera with a history; the cosine distance of
    /// the strangest look to its nearest neighbour for a recording that is judged against itself.
    public let value: Double
    /// Share of normal frames that score at least as high.
    public let pValue: Double
    /// The score over the threshold in force: 1 and more starts an event.
    public let ratio: Double
    /// The lane that found it.
    public let lane: AnomalyLane
    /// The part of the picture.
    public let box: Box
    /// Why, for a score that at least keeps an event alive.
    public let explanation: AnomalyExplanation?

    /// Gathers the parts of a score.
    public init(
        value: Double, pValue: Double, ratio: Double, lane: AnomalyLane, box: Box, explanation: AnomalyExplanation?
    ) {
        self.value = value
        self.pValue = pValue
        self.ratio = ratio
        self.lane = lane
        self.box = box
        self.explanation = explanation
    }
}

extension AnomalyReading {
    /// The reading as one score; nil while nothing was compared.
    public var score: AnomalyScore? {
        guard let worst = lanes.min(by: { $0.pValue < $1.pValue }) else { return nil }
        return AnomalyScore(
            value: smoothed, pValue: pValue, ratio: ratio, lane: explanation?.lane ?? worst.lane,
            box: explanation?.box ?? .whole, explanation: explanation)
    }
}
