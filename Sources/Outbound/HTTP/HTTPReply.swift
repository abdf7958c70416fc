internal import Foundation

/// A reply that has come as a whole.
public struct HTTPReply: Sendable, Equatable {
    /// RFC 9110's status code.
    public let status: Int
    /// Its headers.
    public let headers: HTTPHeaders
    /// Its body; of a download that went to a file, only what a refusal said.
    public let body: [UInt8]
    /// The request's purpose and printable address, for errors.
    let what: String, address: String

    /// Whether the server did what was asked.
    public var isSuccess: Bool { (200..<300).contains(status) }

    /// The body as text; bytes that are no UTF-8 become U+FFFD.
    public var text: String { String(decoding: body, as: UTF8.self) }

    /// How long the server asks to wait, when it says so in seconds; at most an hour is believed.
    public var retryAfter: Duration? {
        headers["Retry-After"].flatMap { Int($0) }.map { .seconds(min(max($0, 0), 3600)) }
    }

    /// Throws ``OutboundError/refused(what:address:status:why:retryAfter:)`` unless the status is a success.
    @discardableResult
    public func requireSuccess() throws(OutboundError) -> HTTPReply {
        if isSuccess { return self }
        throw .refused(
            what: what, address: address, status: status,
            why: printable(String(decoding: body.prefix(400), as: UTF8.self)),
            retryAfter: retryAfter)
    }
}

/// What a download left in its file.
public struct DownloadedFile: Sendable, Equatable {
    /// The reply without its body.
    public let reply: HTTPReply
    /// Bytes that were in the file before and belong to it; 0 when the server sent everything from the start.
    public let kept: Int64
    /// Bytes that were written.
    public let written: Int64
}
