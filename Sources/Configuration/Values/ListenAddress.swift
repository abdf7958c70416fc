/// Where a server listens: a host and a port.
public struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// A name or an address; an IPv6 address without its brackets.
    public let host: String
    /// 0…65535; 0 takes any free port.
    public let port: Int

    /// Reads `127.0.0.1:8750`, `localhost:8750` or `[::1]:8750`; nil for anything else.
    public init?(_ text: String) {
        guard let colon = text.lastIndex(of: ":") else { return nil }
        let digits = text[text.index(after: colon)...]
        guard (1...5).contains(digits.utf8.count), digits.utf8.allSatisfy({ (48...57).contains($0) }) else {
            return nil
        }
        guard let port = Int(digits), port <= 65535 else { return nil }
        var host = text[..<colon]
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard IPAddress.isIPv6(String(host)) else { return nil }
        } else {
            guard Self.isName(host) else { return nil }
        }
        self.host = String(host)
        self.port = port
    }

    /// Whether only programs on this machine can connect.
    public var isLoopback: Bool { host == "localhost" || host == "::1" || IPAddress.isLoopbackIPv4(host) }

    /// `host:port`.
    public var description: String { (host.contains(":") ? "[\(host)]" : host) + ":\(port)" }

    private static func isName(_ host: Substring) -> Bool {
        (1...253).contains(host.utf8.count)
            && host.utf8.allSatisfy { byte in
                let character = Character(Unicode.Scalar(byte))
                return byte < 128 && (character.isLetter || character.isNumber || "-._".contains(character))
            }
    }
}
