internal import Base
internal import Configuration
internal import HTTPTypes
internal import Hummingbird
internal import Ingest
internal import Pipeline
internal import Store

/// Cameras: how each stands, what it sees, and what it saw.
struct CameraRoutes: Sendable {
    /// Longest clip of a span, in seconds.
    private static let longestClip = 600.0

    let services: WebServices
    let media: MediaShelf

    var all: [Route] {
        [
            Route(.get, "/api/v1/cameras", parameters: ["limit", "cursor"], handler: list),
            Route(
                .get, "/api/v1/cameras/{name}/snapshot.jpg", produces: [MediaTypes.jpeg], parameters: ["t"],
                handler: snapshot),
            Route(
                .get, "/api/v1/cameras/{name}/picture.jpg", produces: [MediaTypes.jpeg], parameters: ["at"],
                limit: .seconds(20), handler: picture),
            Route(
                .get, "/api/v1/cameras/{name}/clip.mp4", produces: [MediaTypes.mp4], parameters: ["start", "end"],
                limit: .seconds(30), handler: clip),
        ]
    }

    private func list(_ request: WebRequest) async throws -> Response {
        let limit = Int(try request.query.integer("limit", 1...500, else: 100))
        let after = try request.query.text("cursor").map(Cursor.name)
        let standings = try await services.store.cameraStandings()
        let (configured, board) = (services.configuration().cameras, services.board.all)
        let names = Set(configured.map(\.name.name) + standings.map(\.camera)).sorted()
            .filter { name in request.caller.maySee(name) && (after.map { name > $0 } ?? true) }
        let lines = names.prefix(limit).map { name in
            CameraLine(
                name: name, configuration: configured.first { $0.name.name == name },
                standing: standings.first { $0.camera == name },
                entry: CameraID(name).flatMap { board[$0] },
                pictureTime: CameraID(name).flatMap { services.pictures.time(of: $0) })
        }
        return try Answer.list(Array(lines), next: names.count > limit ? lines.last?.name : nil)
    }

    private func snapshot(_ request: WebRequest) async throws -> Response {
        let camera = try request.camera()
        if let text = request.query.text("t"), !(1...40).contains(text.unicodeScalars.count) {
            throw WebError.badRequest(parameter: "t", "t must have 1 to 40 characters")
        }
        guard let time = services.pictures.time(of: camera) else {
            throw WebError.notFound("there is no picture of camera \(camera) yet")
        }
        // The same moment is the same picture, so nothing is encoded for a client that has it.
        let tag = EntityTag.of(Array("\(camera)/\(time.microseconds)".utf8))
        if EntityTag.isKnown(tag, request.headers) {
            return Response(status: .notModified, headers: [.eTag: tag, .cacheControl: "private, no-cache"])
        }
        guard let picture = try services.pictures.jpeg(of: camera) else {
            throw WebError.notFound("there is no picture of camera \(camera) any more")
        }
        let current = EntityTag.of(Array("\(camera)/\(picture.time.microseconds)".utf8))
        return try FileAnswer.bytes(
            picture.bytes, type: MediaTypes.jpeg, to: request, cache: "private, no-cache", tag: current)
    }

    private func picture(_ request: WebRequest) async throws -> Response {
        let camera = try request.camera()
        guard let time = try request.query.time("at") else {
            throw WebError.badRequest(parameter: "at", "at is missing: the moment")
        }
        return try await media.picture(of: camera, at: time, to: request)
    }

    private func clip(_ request: WebRequest) async throws -> Response {
        let camera = try request.camera()
        guard let start = try request.query.time("start") else {
            throw WebError.badRequest(parameter: "start", "start is missing: the moment where the clip begins")
        }
        guard let end = try request.query.time("end") else {
            throw WebError.badRequest(parameter: "end", "end is missing: the moment where the clip ends")
        }
        let span = TimeSpan(
            start: start, end: max(start, min(end, start.advanced(bySeconds: Self.longestClip))))
        return try await media.clip(of: camera, during: span, to: request, called: "\(camera) in that time")
    }
}
