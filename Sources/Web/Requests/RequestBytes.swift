internal import HTTPTypes
internal import Hummingbird
internal import NIOCore

/// Reads bodies, before a request takes up any room but its connection's: who sends slowly keeps nobody else out.
enum RequestBytes {
    /// Whether a body is to come.
    static func isAnnounced(_ headers: HTTPFields) -> Bool {
        headers[.transferEncoding] != nil || (headers[.contentLength].map { $0 != "0" } ?? false)
    }

    /// Reads a body that nobody needs, so that the connection can go on; false when it is too large or too slow.
    static func discard(_ request: Request, _ limits: WebLimits) async -> Bool {
        (try? await bytes(request, limits)) != nil
    }

    /// The bytes of a body of `type`. Throws `unsupportedType`, `tooLarge` and `tooSlow`.
    static func read(_ request: Request, _ type: String, _ limits: WebLimits) async throws -> [UInt8] {
        let given = request.headers[.contentType]?.split(separator: ";").first.map(String.init) ?? ""
        guard given.trimmingSpaces.lowercased() == type else { throw WebError.unsupportedType(type) }
        return try await bytes(request, limits)
    }

    private static func bytes(_ request: Request, _ limits: WebLimits) async throws -> [UInt8] {
        let most = limits.bodyBytes
        if let length = request.headers[.contentLength].flatMap({ Int($0) }), length > most {
            throw WebError.tooLarge(most)
        }
        do {
            return try await Deadline.within(.seconds(limits.bodySeconds)) { [body = request.body] in
                var bytes: [UInt8] = []
                for try await part in body {
                    guard bytes.count + part.readableBytes <= most else { throw WebError.tooLarge(most) }
                    bytes += part.readableBytesView
                }
                return bytes
            }
        } catch WebError.timedOut {
            throw WebError.tooSlow
        }
    }
}
