internal import Base
internal import Foundation
internal import Outbound

/// Where an OpenAI-compatible service is: `https://:KEY@host/v1`.
struct RemoteEndpoint: Sendable {
    /// Largest answer that is read.
    private static let largestReply: Int64 = 1 << 20

    private let base: String
    private let key: String?

    /// Takes the key out of `url`.
    init(_ url: String) throws(RemoteFailure) {
        guard var parts = URLComponents(string: url), let host = parts.host, !host.isEmpty else {
            throw .refused(why: "\(RedactedURL(url)) is no address")
        }
        key = [parts.password, parts.user].compactMap(\.self).first { !$0.isEmpty }
        (parts.user, parts.password, parts.query, parts.fragment) = (nil, nil, nil, nil)
        guard var text = parts.string else { throw .refused(why: "\(RedactedURL(url)) is no address") }
        while text.hasSuffix("/") { text.removeLast() }
        base = text
    }

    /// A request for `path` below the address that is answered within `limit`.
    func request(_ method: HTTPRequest.Method, _ path: String, _ limit: Duration) -> HTTPRequest {
        var request = HTTPRequest(method, "\(base)/\(path)")
        request.redirects = 0
        request.purpose = "ask"
        // Whoever writes http:// and allow_remote: true in the configuration means it.
        request.allowsPlainText = base.lowercased().hasPrefix("http://")
        request.limits = TransferLimits(
            connect: min(.seconds(10), limit), total: limit, stall: .seconds(120), bytes: Self.largestReply)
        request.add("Content-Type", "application/json")
        if let key { request.add("Authorization", "Bearer \(key)", isSecret: true) }
        return request
    }
}
