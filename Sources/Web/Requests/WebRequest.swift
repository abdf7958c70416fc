internal import Base
internal import HTTPTypes
internal import Hummingbird
internal import Logging

/// A request that has passed the checks that all share.
struct WebRequest: Sendable {
    let request: Request
    /// The path's parameters.
    let path: [String: String]
    let query: QueryParameters
    let caller: Caller
    let context: WebContext
    /// The body's bytes; none for a route that takes no body.
    let body: [UInt8]

    var headers: HTTPFields { request.headers }
    var logger: Logger { context.logger }
    var isHead: Bool { request.method == .head }

    /// The path's number called `name`.
    func number(_ name: String) throws(WebError) -> Int64 {
        let text = path[name] ?? ""
        guard let number = QueryParameters.number(text), (1...QueryParameters.largest).contains(number) else {
            throw .badRequest(parameter: name, "\(name) must be a number from 1 on")
        }
        return number
    }

    /// The path's name called `name`: of the alphabet of cameras and queries.
    func name(_ name: String) throws(WebError) -> CameraID {
        guard let id = CameraID(path[name] ?? "") else {
            throw .badRequest(
                parameter: name, "\(name) must be 1 to 63 of A-Z a-z 0-9 _ - ., and begin with neither '-' nor '.'")
        }
        return id
    }

    /// The camera of the path, which the caller must be allowed to see.
    func camera() throws(WebError) -> CameraID {
        let camera = try name("name")
        guard caller.maySee(camera.name) else { throw .notFound("there is no camera \(camera)") }
        return camera
    }
}

extension String {
    /// Without spaces and tabs at both ends.
    var trimmingSpaces: String {
        let kept = drop { $0 == " " || $0 == "\t" }
        var end = kept.endIndex
        while end > kept.startIndex, " \t".contains(kept[kept.index(before: end)]) { end = kept.index(before: end) }
        return String(kept[..<end])
    }
}
