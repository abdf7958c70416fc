public import Anomaly
internal import Base
internal import Foundation
public import Grounding
public import Store

/// An event as `events list`, `events show` and the HTTP service give it.
public struct EventLine: Encodable, Sendable {
    /// The event.
    public let row: EventRecord
    /// Why it is an anomaly; nil for other kinds.
    public let explanation: AnomalyExplanation?
    /// By what level a query's event was told on a watched camera; nil for other kinds.
    public let level: QueryLevel?

    /// The line of `row`.
    public init(_ row: EventRecord) {
        self.row = row
        // One of a later version is not shown.
        explanation = row.explanation.flatMap {
            try? JSONDecoder().decode(AnomalyExplanation.self, from: Data($0.utf8))
        }
        level =
            row.kind == "query"
            ? row.explanation.flatMap { try? JSONDecoder().decode(QueryLevel.self, from: Data($0.utf8)) } : nil
    }

    enum Key: String, CodingKey {
        case id, camera, kind, reason, query, start, end, startErrorSeconds, endErrorSeconds, open, score
        case anomalyScore, description, descriptionOrigin, clock, box, explanation, level, verdict
    }

    /// All keys are always there; what is not known is null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(row.id, forKey: .id)
        try container.encode(row.camera, forKey: .camera)
        try container.encode(row.kind, forKey: .kind)
        try container.encode(row.reason, forKey: .reason)
        try container.encode(row.query, forKey: .query)
        try container.encode(row.during.start.description, forKey: .start)
        try container.encode(row.during.end.description, forKey: .end)
        try container.encode(Rounded.milliseconds(row.startError), forKey: .startErrorSeconds)
        try container.encode(Rounded.milliseconds(row.endError), forKey: .endErrorSeconds)
        try container.encode(row.isOpen, forKey: .open)
        try container.encode(Rounded.score(row.score), forKey: .score)
        try container.encode(row.anomalyScore.map(Rounded.score), forKey: .anomalyScore)
        try container.encode(row.description, forKey: .description)
        try container.encode(row.descriptionOrigin, forKey: .descriptionOrigin)
        try container.encode(row.clock.rawValue, forKey: .clock)
        try container.encode(row.box, forKey: .box)
        try container.encode(explanation, forKey: .explanation)
        try container.encode(level, forKey: .level)
        try container.encode(row.verdict, forKey: .verdict)
    }
}
