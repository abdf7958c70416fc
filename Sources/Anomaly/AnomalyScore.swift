public import Base

/// How unlike everything normal one frame is.
public struct AnomalyScore: Sendable, Equatable {
    /// Cosine distance (1 − cosine) in 0…2 of the most unusual look to its nearest neighbour in the memory bank.
    public let value: Double
    /// Share of this camera's scores so far that were at least as high: (1 + #{history ≥ value}) / (1 + n).
    public let pValue: Double
    /// ``value`` over the threshold in force: 1 and more starts an event.
    public let ratio: Double
    /// The most unusual look.
    public let box: Box
    /// When the nearest neighbour was seen.
    public let nearest: WallTime

    /// Gathers the parts of a score.
    public init(value: Double, pValue: Double, ratio: Double, box: Box, nearest: WallTime) {
        self.value = value
        self.pValue = pValue
        self.ratio = ratio
        self.box = box
        self.nearest = nearest
    }

    /// The reason in words.
    public var explanation: String {
        "unlike what this camera has shown so far; the most similar moment is \(nearest)"
    }
}
