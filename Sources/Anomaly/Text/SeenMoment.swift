public import Base

// D width

/// A sampled moment as the text methods see it.
public struct SeenMoment: Sendable {
    /// When.
    public let time: WallTime
    /// What was seen.
    public let picture: Picture
    /// The picture's encoding [D].
    public let encoding: [Float]
    /// How strange the fast lane finds it, 0…1; 0.5 lies at its threshold.
    public let strangeness: Double

    /// Gathers the parts of a moment.
    public init(time: WallTime, picture: Picture, encoding: [Float], strangeness: Double) {
        (self.time, self.picture, self.encoding, self.strangeness) = (time, picture, encoding, strangeness)
    }
}

/// What a text method makes of a moment.
public struct TextJudgement: Sendable, Equatable {
    /// How anomalous, 0…1.
    public let score: Double
    /// The words that the score rests on; empty while there are none.
    public let text: String

    /// Gathers the parts.
    public init(score: Double, text: String) { (self.score, self.text) = (score, text) }
}
