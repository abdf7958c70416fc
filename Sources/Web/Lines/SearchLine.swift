internal import Base
public import Pipeline
internal import Store

/// A span that a search found, as `search` and the HTTP service give it.
public struct SearchLine: Encodable, Sendable {
    private let hit: FootageSearch.Hit
    private let partial: [String]

    /// The line of `hit`; `partial` names the nodes that did not answer.
    public init(_ hit: FootageSearch.Hit, partial: [String] = []) { (self.hit, self.partial) = (hit, partial) }

    private enum Key: String, CodingKey {
        case camera, start, end, score, probability, eventId, description, evidence, cursor, partial
    }

    /// All keys are always there; what is not known is null. `partial` is there alone when the answer is.
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
        if !partial.isEmpty { try container.encode(partial, forKey: .partial) }
    }
}
