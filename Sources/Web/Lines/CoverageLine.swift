internal import Base
public import Store

/// A stretch in which a camera was watched, or was not, as `coverage` and the HTTP service give it.
public struct CoverageLine: Encodable, Sendable {
    private let row: CoverageRecord

    /// The line of `row`.
    public init(_ row: CoverageRecord) { self.row = row }

    /// `watched` or `blind`.
    public var state: String { row.isWatched ? "watched" : "blind" }

    private enum Key: String, CodingKey {
        case camera, start, end, state, reason
    }

    /// All keys are always there; what is not known is null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(row.camera, forKey: .camera)
        try container.encode(row.during.start.description, forKey: .start)
        try container.encode(row.during.end.description, forKey: .end)
        try container.encode(state, forKey: .state)
        try container.encode(row.reason, forKey: .reason)
    }
}
