internal import Base
public import Store

/// A standing query as `query list` and the HTTP service give it.
public struct QueryLine: Encodable, Sendable {
    private let query: StandingQuery

    /// The line of `query`.
    public init(_ query: StandingQuery) { self.query = query }

    private enum Key: String, CodingKey {
        case name, text, cameras, zone, active, alarmCeilingPerDay, enabled, origin
    }

    /// All keys are always there; no cameras means all.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(query.name, forKey: .name)
        try container.encode(query.text, forKey: .text)
        try container.encode(query.cameras.map(\.name), forKey: .cameras)
        try container.encode(query.zone, forKey: .zone)
        try container.encode(query.active, forKey: .active)
        try container.encode(query.alarmCeilingPerDay, forKey: .alarmCeilingPerDay)
        try container.encode(query.isEnabled, forKey: .enabled)
        try container.encode(query.origin.rawValue, forKey: .origin)
    }
}
