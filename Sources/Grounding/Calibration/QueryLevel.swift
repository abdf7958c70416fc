/// By what level an event of a query was told.
public struct QueryLevel: Sendable, Equatable, Codable {
    /// What the level rests on.
    public enum Basis: String, Sendable, Codable, CaseIterable {
        /// What this camera showed: the query's ceiling of false alarms is kept.
        case history
        /// The level shipped with the encoder: too little was watched on this camera to say how often it alarms for nothing.
        case provisional
    }

    /// What the level rests on.
    public let basis: Basis
    /// How much higher a cosine this camera demands than the encoder's level as shipped; 0 where that is enough.
    public let raisedBy: Double

    /// Gathers the parts.
    public init(basis: Basis, raisedBy: Double) { (self.basis, self.raisedBy) = (basis, raisedBy) }

    private enum CodingKeys: String, CodingKey {
        case basis
        case raisedBy = "raised_by"
    }
}
