internal import Base
public import Pipeline
internal import Store

/// A span that a search found, as `search` and the HTTP service give it.
public struct SearchLine: Encodable, Sendable {
    private let hit: FootageSearch.Hit

    /// The line of `hit`.
    public init(_ hit: FootageSearch.Hit) { self.hit = hit }

    private enum Key: String, CodingKey {
        case camera, start, end, score, probability, eventId, description, evidence, cursor
    }

    /// All keys are always there; what is not known is null.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(hit.camera.name, forKey: .camera)
        try container.encode(hit.during.start.description, forKey: .start)
        try container.encode(hit.during.end.description, forKey: .end)
        try container.encode(Rounded.score(hit.score), forKey: .score)
        try container.encode(Rounded.score(hit.score), forKey: .probability)
        try container.encode(hit.event?.id, forKey: .eventId)
        try container.encode(hit.event?.description, forKey: .description)
        try container.encode(hit.evidence.rawValue, forKey: .evidence)
        try container.encode(hit.cursor.description, forKey: .cursor)
    }
}
