import Base
import Store

/// A standing query as `query list` prints it.
struct QueryLine: Encodable {
    private let query: StandingQuery

    init(_ query: StandingQuery) { self.query = query }

    private enum Key: String, CodingKey {
        case name, text, cameras, zone, active, alarmCeilingPerDay, enabled, origin
    }

    /// All keys are always there; no cameras means all.
    func encode(to encoder: any Encoder) throws {
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

    /// The cells of a listing.
    var tableRow: [String] {
        [
            query.name, query.isEnabled ? "yes" : "no", query.origin.rawValue,
            query.cameras.isEmpty ? "all" : query.cameras.map(\.name).joined(separator: ", "), query.zone ?? "–",
            query.active ?? "–", "\(query.alarmCeilingPerDay)", query.text,
        ]
    }
}
