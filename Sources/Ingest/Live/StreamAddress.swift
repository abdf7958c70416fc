public import Base
import FoundationEssentials

/// A camera's address: `rtsp://`, `rtsps://`, `http://` or `https://`, a user name and password if it wants them, host,
/// port, path.
///
/// It prints itself without user name, password and query, however it is printed. Only libav sees the rest.
public struct StreamAddress: Sendable, Equatable {
    /// The printable form.
    public let location: RedactedURL
    /// Host name or address, without brackets.
    public let host: String
    /// Whether the connection is encrypted (`rtsps`, `https`).
    public let isEncrypted: Bool
    /// Whether pictures come over HTTP: Motion JPEG or HLS.
    public let isHTTP: Bool
    /// The whole address with user name and password percent-encoded: for libav alone, never to be printed.
    let url: String
    private let secrets: [String]

    /// libavformat keeps the user name and password, as percent-encoded, in 128 bytes and cuts the rest off.
    static let mostCredentialBytes = 127
    /// libavformat's buffers for host and path.
    static let mostBytes = 1000

    /// What is read; libavformat knows many more, and some of them run programs or open devices.
    private static let schemes = ["rtsp", "rtsps", "http", "https"]
    private static let beginnings = schemes.map { $0 + "://" }.joined(separator: ", ")

    /// Reads an address; characters that need it are percent-encoded. Throws `invalidAddress`.
    public init(_ text: String) throws(IngestError) {
        let location = RedactedURL(text.contains("@") && !text.contains("://") ? "***" : text)
        func invalid(_ reason: String) -> IngestError { .invalidAddress(location, reason: reason) }
        guard let separator = text.firstRange(of: "://") else {
            throw invalid("it does not begin with \(Self.beginnings)")
        }
        let scheme = text[..<separator.lowerBound].lowercased()
        guard Self.schemes.contains(scheme) else { throw invalid("it begins with none of \(Self.beginnings)") }
        guard text.utf8.allSatisfy({ $0 > 0x20 && $0 != 0x7f }) else {
            throw invalid("it holds a blank or control character")
        }
        guard text.utf8.count <= Self.mostBytes else { throw invalid("it is longer than \(Self.mostBytes) bytes") }
        let rest = text[separator.upperBound...]
        let authority = rest.prefix { !"/?#".contains($0) }
        let credentials = authority.lastIndex(of: "@").map { Credentials(authority[..<$0]) }
        let place = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        guard let host = Self.host(in: place) else {
            let isUnescaped = credentials == nil && rest.contains("@")
            throw invalid(
                isUnescaped
                    ? "its password holds one of / ? # (write %2F, %3F, %23)" : "it has no host, or its port is no port"
            )
        }
        if let credentials, credentials.encoded.utf8.count > Self.mostCredentialBytes {
            throw invalid("user name and password are longer than \(Self.mostCredentialBytes) bytes")
        }
        (self.location, self.host) = (location, host)
        (isEncrypted, isHTTP) = (scheme.hasSuffix("s"), scheme.hasPrefix("http"))
        let path = rest[authority.endIndex...]
        url = "\(scheme)://\(credentials.map { $0.encoded + "@" } ?? "")\(place)\(path)"
        secrets = credentials?.secrets ?? []
    }

    /// `text` without this address's user name and password in any form they travel in.
    package func redacting(_ text: String) -> String {
        secrets.reduce(text) { $0.replacing($1, with: "***") }
    }

    /// Whether `text`, an address that the camera's playlist names, lies on the same host and is encrypted if this is.
    func covers(_ text: String) -> Bool {
        guard let separator = text.firstRange(of: "://") else { return false }
        let scheme = text[..<separator.lowerBound].lowercased()
        let authority = text[separator.upperBound...].prefix { !"/?#".contains($0) }
        let place = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        return scheme == (isEncrypted ? "https" : "http") && Self.host(in: place)?.lowercased() == host.lowercased()
    }

    /// The host in `name`, `name:port`, `[v6]` or `[v6]:port`; nil when there is none or the port is none.
    private static func host(in place: Substring) -> String? {
        let isBracketed = place.hasPrefix("[")
        let end = isBracketed ? place.firstIndex(of: "]") : place.firstIndex(of: ":") ?? place.endIndex
        guard let end else { return nil }
        let host = place[..<end].dropFirst(isBracketed ? 1 : 0)
        let tail = place[end...].dropFirst(isBracketed ? 1 : 0)
        if host.isEmpty { return nil }
        if tail.isEmpty { return String(host) }
        guard tail.hasPrefix(":"), let port = Int(tail.dropFirst()), (1...65535).contains(port) else { return nil }
        return String(host)
    }
}

extension StreamAddress: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The printable form.
    public var description: String { location.description }
    /// The printable form.
    public var debugDescription: String { location.description }
    /// The printable form alone, so that `dump` shows no more.
    public var customMirror: Mirror { Mirror(self, children: ["location": location.description]) }
}

/// User name and password of an address.
private struct Credentials {
    /// Percent-encoded, with the colon between them.
    let encoded: String
    /// Every form that must not be printed, longest first.
    let secrets: [String]

    init(_ text: Substring) {
        let colon = text.firstIndex(of: ":")
        let user = text[..<(colon ?? text.endIndex)]
        let password = colon.map { text[text.index(after: $0)...] } ?? ""
        let (encodedUser, encodedPassword) = (Self.encode(user), Self.encode(password))
        encoded = encodedUser + (colon == nil ? "" : ":" + encodedPassword)
        let plain = [encodedUser, encodedPassword].map(Self.decode)
        let header = Data("\(plain[0]):\(plain[1])".utf8).base64EncodedString()
        let forms = [encoded, String(text), header, String(password), encodedPassword, plain[1]]
        secrets = Set(forms).filter { !$0.isEmpty }.sorted { ($0.count, $0) > ($1.count, $1) }
    }

    /// Percent-decoded.
    private static func decode(_ text: String) -> String {
        let parts = text.split(separator: "%", omittingEmptySubsequences: false)
        let bytes = parts.dropFirst().flatMap { part in
            [UInt8(part.prefix(2), radix: 16) ?? UInt8(ascii: "%")] + part.dropFirst(2).utf8
        }
        return String(decoding: Array((parts.first ?? "").utf8) + bytes, as: UTF8.self)
    }

    /// Keeps what RFC 3986 allows in user information and what is percent-encoded already.
    private static func encode(_ text: Substring) -> String {
        let bytes = Array(text.utf8)
        let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~!$&'()*+,;=".utf8)
        func isHex(_ index: Int) -> Bool { index < bytes.count && Character(Unicode.Scalar(bytes[index])).isHexDigit }
        return bytes.indices.reduce(into: "") { result, index in
            let byte = bytes[index]
            if plain.contains(byte) || (byte == UInt8(ascii: "%") && isHex(index + 1) && isHex(index + 2)) {
                result.unicodeScalars.append(Unicode.Scalar(byte))
            } else {
                let digits = String(byte, radix: 16, uppercase: true)
                result += (digits.count == 1 ? "%0" : "%") + digits
            }
        }
    }
}
