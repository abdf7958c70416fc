/// A span of a recording in seconds with the confidence that it is meant.
public struct RatedMoment: Sendable, Equatable {
    /// Seconds from the recording's first frame.
    public var start: Double
    /// Seconds from the recording's first frame.
    public var end: Double
    /// Relative to the best of its kind; may be negative or above 1, as the published ranking leaves it.
    public var confidence: Double

    /// Gathers the parts.
    public init(start: Double, end: Double, confidence: Double) {
        self.start = start
        self.end = end
        self.confidence = confidence
    }

    /// Intersection over hull with `other`, 0…1; NaN when both are the same point.
    public func overlap(_ other: RatedMoment) -> Double {
        let inside = max(0, min(end, other.end) - max(start, other.start))
        return inside / (max(end, other.end) - min(start, other.start))
    }
}

extension TFVTG {
    /// The best spans of `similarity` [n], whose frames cover `duration` seconds evenly, best first, starts moved back to
    /// where the similarity began to rise.
    ///
    /// Where nothing rises above the mask there are three empty moments at 0 with confidence 1, as the published program
    /// has them: ``MomentFusion`` counts them.
    public func moments(similarity: [Float], duration: Double) -> [RatedMoment] {
        if similarity.count < 2 { return [] }
        if !similarity.contains(where: { $0 > configuration.mask }) {
            return Array(repeating: RatedMoment(start: 0, end: 0, confidence: 1), count: 3)
        }
        let seconds = duration / Double(similarity.count)
        return proposals(similarity: similarity).map { proposal in
            RatedMoment(
                start: Double(proposal.risingFrom) * seconds, end: Double(proposal.window.upperBound) * seconds,
                confidence: proposal.confidence)
        }
    }
}
