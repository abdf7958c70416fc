internal import Base
public import Store

/// A value of an anomaly curve as `anomalies` and the HTTP service give it.
public struct AnomalyLine: Encodable, Sendable {
    private let row: AnomalyRecord
    private let withLane: Bool

    /// The line of `row`; with its lane, where a client may ask for more than one.
    public init(_ row: AnomalyRecord, withLane: Bool = false) { (self.row, self.withLane) = (row, withLane) }

    private enum Key: String, CodingKey {
        case camera, at, score, pValue, explanation, lane
    }

    /// All keys are always there; what is not known is null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(row.camera, forKey: .camera)
        try container.encode(row.at.description, forKey: .at)
        try container.encode(Rounded.score(row.score), forKey: .score)
        try container.encode(row.pValue.map(Rounded.score), forKey: .pValue)
        try container.encode(row.explanation, forKey: .explanation)
        if withLane { try container.encode(row.lane, forKey: .lane) }
    }
}
