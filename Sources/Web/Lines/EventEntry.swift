internal import Base
internal import NIOCore
internal import Store

/// An event in a list of the HTTP service: the line of `events list`, the sentence, and whether there is a picture.
struct EventEntry: Encodable {
    let event: EventRecord
    let hasThumbnail: Bool

    private enum Key: String, CodingKey {
        case queryText, thumbnail
    }

    func encode(to encoder: any Encoder) throws {
        try EventLine(event).encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(event.queryText, forKey: .queryText)
        try container.encode(hasThumbnail, forKey: .thumbnail)
    }
}

/// One event with what belongs to it.
struct EventDetail: Encodable {
    let event: EventRecord
    let hasThumbnail: Bool
    /// What a clip would show; nil when nothing was recorded.
    let clip: TimeSpan?
    let description: DescriptionStanding

    private struct Span: Encodable {
        let start, end: String
    }

    private enum Key: String, CodingKey {
        case clip, frames, descriptionState, descriptionProblem
    }

    func encode(to encoder: any Encoder) throws {
        try EventEntry(event: event, hasThumbnail: hasThumbnail).encode(to: encoder)
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(
            clip.map { Span(start: $0.start.description, end: $0.end.description) }, forKey: .clip)
        try container.encode(description.frames.map(\.description), forKey: .frames)
        try container.encode(description.state, forKey: .descriptionState)
        try container.encode(description.dropped, forKey: .descriptionProblem)
    }
}

/// A page of events, ready to be sent to whoever asks for the same.
struct EventList: Sendable {
    let bytes: ByteBuffer

    init(_ request: EventPageRequest, _ store: EventStore) async throws {
        var wanted = request
        wanted.limit += 1
        let rows = try await store.eventPage(wanted)
        let shown = rows.prefix(request.limit)
        let pictured = try await store.eventsWithThumbnail(shown.map(\.id))
        let entries = shown.map { EventEntry(event: $0, hasThumbnail: pictured.contains($0.id)) }
        let next = rows.count > request.limit ? shown.last.map(Cursor.text) : nil
        bytes = ByteBuffer(bytes: try JSONLine.data(ListLine(items: entries, next: next)))
    }
}
