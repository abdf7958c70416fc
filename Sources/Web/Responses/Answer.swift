internal import Foundation
internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Responses of the kinds that this service gives.
enum Answer {
    private struct Problem: Encodable {
        let type = "about:blank"
        let title: String
        let status: Int
        let detail: String
        let parameter: String?
    }

    /// `value` as JSON.
    static func json(_ value: some Encodable, status: HTTPResponse.Status = .ok) throws -> Response {
        json(bytes: ByteBuffer(bytes: try JSONLine.data(value)), status: status)
    }

    /// JSON that is text already.
    static func json(bytes: ByteBuffer, status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: MediaTypes.json, .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: bytes))
    }

    /// A page of a list, and where the next one begins.
    static func list<Item: Encodable>(_ items: [Item], next: String?) throws -> Response {
        try json(ListLine(items: items, next: next))
    }

    /// Nothing but a status.
    static func empty(_ status: HTTPResponse.Status, headers: HTTPFields = [:]) -> Response {
        Response(status: status, headers: headers)
    }

    /// RFC 9457.
    static func problem(_ error: WebError) -> Response {
        let (head, bytes) = problemParts(error)
        return Response(status: head.status, headers: head.headerFields, body: ResponseBody(byteBuffer: bytes))
    }

    /// The same as what goes over the wire, but for its length.
    static func problemParts(_ error: WebError) -> (head: HTTPResponse, body: ByteBuffer) {
        let problem = Problem(
            title: error.status.reasonPhrase, status: error.status.code, detail: error.detail,
            parameter: error.parameter)
        let bytes = (try? JSONLine.data(problem)) ?? Data()
        var headers = error.headers
        headers[.contentType] = MediaTypes.problem
        headers[.cacheControl] = "no-store"
        return (HTTPResponse(status: error.status, headerFields: headers), ByteBuffer(bytes: bytes))
    }
}
