internal import HTTPTypes
internal import Hummingbird

/// Which names this service answers for. A page of another site that makes its own name lead here (DNS rebinding) fails on
/// this rule, since the browser still sends that name.
struct HostRule: Sendable {
    /// Names and addresses, in lower case, without ports and brackets.
    private let allowed: Set<String>

    /// This machine's own names, and `more`.
    init(_ more: [String]) {
        allowed = Set(["localhost", "127.0.0.1", "::1"] + more.map { $0.lowercased() })
    }

    /// Throws `badRequest` for a request without a host, `misdirected` for one that is not allowed.
    func check(_ host: String?, _ context: WebContext) throws(WebError) {
        guard let host, !host.isEmpty else { throw .badRequest(parameter: "Host", "the request names no host") }
        guard let name = Self.name(of: host) else {
            throw .badRequest(parameter: "Host", "the host is malformed")
        }
        if allowed.contains(name) { return }
        // The address itself cannot be rebound.
        if let local = context.local?.ipAddress?.lowercased(), local == name { return }
        // A unix socket has no name; curl sends any.
        if context.local?.ipAddress == nil, context.local != nil { return }
        throw .misdirected(name)
    }

    /// Throws `forbidden` for a write that a page of another site makes (CSRF).
    func checkOrigin(_ headers: HTTPFields, host: String) throws(WebError) {
        if let origin = headers[.origin] {
            guard let scheme = origin.firstRange(of: "://"),
                origin[scheme.upperBound...].lowercased() == host.lowercased()
            else {
                throw .forbidden("the request comes from the page of another site (\(origin.prefix(100)))")
            }
            return
        }
        // Browsers that send no Origin say where a request comes from all the same.
        if let site = headers[.secFetchSite], site != "same-origin", site != "none" {
            throw .forbidden("the request comes from the page of another site")
        }
    }

    /// `host` without its port, in lower case; nil when it has no such form.
    static func name(of host: String) -> String? {
        guard host.utf8.count <= 300 else { return nil }
        if host.hasPrefix("[") {
            guard let end = host.firstIndex(of: "]") else { return nil }
            let rest = host[host.index(after: end)...]
            guard rest.isEmpty || isPort(rest) else { return nil }
            return host[host.index(after: host.startIndex)..<end].lowercased()
        }
        let parts = host.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let name = parts.first, !name.isEmpty, parts.count == 1 || isPort(":" + parts[1]) else { return nil }
        return name.lowercased()
    }

    private static func isPort(_ text: some StringProtocol) -> Bool {
        text.hasPrefix(":") && (1...5).contains(text.utf8.count - 1)
            && text.dropFirst().utf8.allSatisfy { (48...57).contains($0) }
    }
}

extension HTTPField.Name {
    static var secFetchSite: Self { Self("Sec-Fetch-Site") ?? .origin }
}
