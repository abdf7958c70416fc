internal import Base
internal import Configuration
internal import HTTPTypes
internal import Hummingbird
internal import Pipeline
internal import Store

/// Events: lists, one of them, its clip and picture, and what people say about it.
struct EventRoutes: Sendable {
    let services: WebServices
    let media: MediaShelf
    let lists: SharedAnswers<EventPageRequest, EventList>

    private struct GivenVerdict: Encodable {
        let id: Int64
        let verdict: String
        let number: Int64
    }

    var all: [Route] {
        [
            Route(
                .get, "/api/v1/events",
                parameters: ["camera", "kind", "query", "verdict", "since", "until", "limit", "cursor"], handler: list),
            Route(.get, "/api/v1/events/{id}", handler: show),
            Route(
                .get, "/api/v1/events/{id}/clip.mp4", produces: [MediaTypes.mp4], parameters: ["pre", "post"],
                limit: .seconds(30), handler: clip),
            Route(.get, "/api/v1/events/{id}/thumbnail.jpg", produces: [MediaTypes.jpeg], handler: thumbnail),
            Route(.post, "/api/v1/events/{id}/verdict", access: .admin, takes: MediaTypes.json, handler: verdict),
        ]
    }

    private func list(_ request: WebRequest) async throws -> Response {
        let query = request.query
        var page = EventPageRequest(limit: Int(try query.integer("limit", 1...500, else: 50)))
        page.cameras = try CameraChoice.cameras(query.name("camera"), request.caller)
        page.kind = try query.word("kind", ["query", "anomaly", "blind"])
        page.query = try query.name("query")?.name
        page.verdict = try query.word("verdict", ["normal", "incident", "none"])
        page.since = try query.time("since")
        page.until = try query.time("until")
        page.after = try query.text("cursor").map(Cursor.eventPosition)
        let answer = try await lists.value(page) { [services] request in
            try await EventList(request, services.store)
        }
        return Answer.json(bytes: answer.bytes)
    }

    private func show(_ request: WebRequest) async throws -> Response {
        let event = try await event(request)
        let standing = try await services.store.descriptionStanding(of: event.id)
        let camera = CameraID(event.camera)
        let span = span(of: event, request: nil)
        let footage = if let camera { try await services.clips.recorded(camera, during: span) } else { TimeSpan?.none }
        let hasThumbnail = try await services.store.eventsWithThumbnail([event.id]).contains(event.id)
        return try Answer.json(
            EventDetail(event: event, hasThumbnail: hasThumbnail, clip: footage, description: standing))
    }

    private func clip(_ request: WebRequest) async throws -> Response {
        let before = try request.query.optionalReal("pre", 0...600)
        let after = try request.query.optionalReal("post", 0...600)
        let event = try await event(request)
        guard let camera = CameraID(event.camera) else { throw WebError.defect }
        let span = span(of: event, request: (before, after))
        return try await media.clip(
            of: camera, during: span, to: request, isOpen: event.isOpen, called: "event \(event.id)")
    }

    private func thumbnail(_ request: WebRequest) async throws -> Response {
        let event = try await event(request)
        guard let path = try await services.clips.thumbnail(of: event), let file = OpenedFile(path) else {
            throw WebError.notFound("there is no picture of event \(event.id): none was taken, or it is gone")
        }
        return try FileAnswer.file(
            file, type: MediaTypes.jpeg, tag: EntityTag.of(Array("\(path)/\(file.size)".utf8)), to: request)
    }

    private func verdict(_ request: WebRequest) async throws -> Response {
        let id = try request.number("id")
        let body = try BodyReader(request.body, known: ["verdict"])
        let verdict = try body.text("verdict")
        guard ["normal", "incident"].contains(verdict) else {
            throw WebError.badRequest(parameter: "verdict", "verdict must be normal or incident")
        }
        _ = try await event(request)
        guard let number = try await services.store.recordVerdict(verdict, on: id) else { throw Self.missing(id) }
        return try Answer.json(GivenVerdict(id: id, verdict: verdict, number: number))
    }

    /// The event of the path, which the caller must be allowed to see.
    private func event(_ request: WebRequest) async throws -> EventRecord {
        let id = try request.number("id")
        guard let event = try await services.store.event(id), request.caller.maySee(event.camera) else {
            throw Self.missing(id)
        }
        return event
    }

    private static func missing(_ id: Int64) -> WebError { .notFound("there is no event \(id)") }

    /// The span of an event's clip, with the pre- and post-roll that the request or the configuration says.
    private func span(of event: EventRecord, request: (before: Double?, after: Double?)?) -> TimeSpan {
        let roll = CameraID(event.camera).flatMap { services.configuration().camera($0) }?.clips
        let before = request?.before ?? roll.map { $0.before / .seconds(1) } ?? 5
        let after = request?.after ?? roll.map { $0.after / .seconds(1) } ?? 5
        return TimeSpan(
            start: event.during.start.advanced(bySeconds: -before), end: event.during.end.advanced(bySeconds: after))
    }
}
