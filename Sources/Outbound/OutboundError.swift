/// Why something could not be sent or fetched.
///
/// `description` is one line: what was tried, on what address, why it failed, what to do. No case ever carries a
/// password, a token or a secret path: addresses are printed redacted.
public enum OutboundError: Error, Sendable, Equatable {
    /// The request cannot be made: a malformed address, a header with a line break, an impossible limit.
    case invalid(what: String, why: String)
    /// The address asks for plain text where encryption is needed.
    case insecure(what: String, address: String)
    /// No connection: the name is unknown, nobody answers, the proxy refuses.
    case unreachable(what: String, address: String, why: String)
    /// The connection cannot be trusted: certificate, host name, TLS itself.
    case untrusted(what: String, address: String, why: String)
    /// A step took longer than its limit, or too few bytes came.
    case timedOut(what: String, address: String, why: String)
    /// The connection ended before the reply was whole, or the other side does not keep to the protocol.
    case interrupted(what: String, address: String, why: String)
    /// The reply is larger than allowed.
    case tooLarge(what: String, address: String, limit: Int64)
    /// The server sends elsewhere, too often or to an address that is not encrypted.
    case redirected(what: String, address: String, why: String)
    /// The server answered with an HTTP status that is no success. `why` is what it said, shortened.
    case refused(what: String, address: String, status: Int, why: String, retryAfter: Duration?)
    /// The mail server refused a step. `code` is SMTP's, 0 when it gave none.
    case mailRefused(address: String, code: Int, why: String)
    /// A file could not be written or read.
    case file(path: String, step: String, why: String)
    /// The calling task was cancelled.
    case cancelled(what: String, address: String)
}

extension OutboundError {
    /// Whether the same request may succeed later without anybody changing it.
    public var isTransient: Bool {
        switch self {
        case .unreachable, .timedOut, .interrupted, .cancelled: true
        case .refused(_, _, let status, _, _): [408, 421, 425, 429].contains(status) || status >= 500
        case .mailRefused(_, let code, _): code == 0 || (400..<500).contains(code)
        case .invalid, .insecure, .untrusted, .tooLarge, .redirected, .file: false
        }
    }

    /// How long the server asks to wait before the next try.
    public var retryAfter: Duration? {
        if case .refused(_, _, _, _, let wait) = self { wait } else { nil }
    }
}

extension OutboundError: CustomStringConvertible {
    /// One line: what was tried, on what, why it failed, what to do.
    public var description: String {
        switch self {
        case .invalid(let what, let why): "cannot \(what): \(why)"
        case .insecure(let what, let address):
            "cannot \(what) \(address): it is not encrypted, and not on this machine; use https or smtps, or allow plain "
                + "text explicitly"
        case .unreachable(let what, let address, let why):
            "cannot \(what) \(address): \(why); check the address, the network and the proxy variables"
        case .untrusted(let what, let address, let why):
            "cannot \(what) \(address): \(why); install its certificate authority, or name it in SSL_CERT_FILE"
        case .timedOut(let what, let address, let why): "cannot \(what) \(address): \(why); try again later"
        case .interrupted(let what, let address, let why): "cannot \(what) \(address): \(why); try again"
        case .tooLarge(let what, let address, let limit):
            "cannot \(what) \(address): the reply is larger than \(limit) bytes"
        case .redirected(let what, let address, let why):
            "cannot \(what) \(address): \(why); use the address that it leads to"
        case .refused(let what, let address, let status, let why, _):
            "cannot \(what) \(address): status \(status)" + (why.isEmpty ? "" : ", \(why)")
        case .mailRefused(let address, let code, let why):
            "cannot send mail through \(address): \(why)" + (code == 0 ? "" : " (code \(code))")
        case .file(let path, let step, let why): "cannot \(step) \(path): \(why)"
        case .cancelled(let what, let address): "did not \(what) \(address): cancelled"
        }
    }
}

/// Text of others as it may stand in one line of an error: no control characters, at most 200 of it.
func printable(_ text: String) -> String {
    let line = String(
        String.UnicodeScalarView(
            text.unicodeScalars.prefix(2000).map {
                $0.properties.generalCategory == .control || $0.properties.generalCategory == .format ? " " : $0
            }))
    let words = line.split(separator: " ").joined(separator: " ")
    return words.count > 200 ? words.prefix(200) + "…" : words
}
