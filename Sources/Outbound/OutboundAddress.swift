internal import Base
internal import CCurl

/// An address that was taken apart by the same code that connects to it, so that no check can be talked past.
struct OutboundAddress: Sendable {
    /// The address itself, for the library call that connects.
    let text: String
    /// `https`, `http`, `smtps` or `smtp`.
    let scheme: String
    /// Its host, lower case; an IPv6 address without brackets.
    let host: String
    /// What may be printed.
    let printable: String

    /// Reads `text`. With `hidingPath`, the path is a secret too (a webhook). `what` completes "cannot …".
    init(_ text: String, hidingPath: Bool, schemes: Set<String>, what: String) throws(OutboundError) {
        let shown = Self.shown(text, hidingPath: hidingPath)
        guard let url = curl_url() else { throw .invalid(what: what, why: "no memory") }
        defer { curl_url_cleanup(url) }
        let code = curl_url_set(url, CURLUPART_URL, text, UInt32(CURLU_NON_SUPPORT_SCHEME))
        guard code == CURLUE_OK else {
            throw .invalid(what: "\(what) \(shown)", why: "not an address: \(String(cString: curl_url_strerror(code)))")
        }
        scheme = Self.part(url, CURLUPART_SCHEME).lowercased()
        var host = Self.part(url, CURLUPART_HOST).lowercased()
        if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
        self.host = host
        guard schemes.contains(scheme) else {
            let allowed = schemes.sorted().map { $0 + "://" }.joined(separator: " and ")
            throw .invalid(what: "\(what) \(shown)", why: "this kind of address is not supported; \(allowed) are")
        }
        guard !host.isEmpty else { throw .invalid(what: "\(what) \(shown)", why: "it has no host") }
        self.text = text
        printable = shown
    }

    /// Whether it leads to this machine alone.
    var isLoopback: Bool {
        if host == "localhost" || host == "::1" { return true }
        let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
        return parts.count == 4 && !parts.contains(nil) && parts[0] == 127
    }

    /// Whether the connection is encrypted from its first byte.
    var isEncrypted: Bool { scheme == "https" || scheme == "smtps" }

    /// The form that may be printed of any text that should be an address.
    static func shown(_ text: String, hidingPath: Bool) -> String {
        let redacted = RedactedURL(text).description
        guard hidingPath, let scheme = redacted.firstRange(of: "://"),
            let slash = redacted[scheme.upperBound...].firstIndex(where: { "/?#".contains($0) }),
            redacted[slash...] != "/"
        else { return redacted }
        return redacted[..<slash] + "/***"
    }

    private static func part(_ url: OpaquePointer, _ part: CURLUPart) -> String {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(url, part, &text, 0) == CURLUE_OK, let text else { return "" }
        defer { curl_free(text) }
        return String(cString: text)
    }
}
