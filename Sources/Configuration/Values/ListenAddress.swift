/// Where a server listens: a host and a port, or a socket in the file system.
public struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
    /// A name or an address; an IPv6 address without its brackets.
    public let host: String
    /// 0…65535; 0 takes any free port.
    public let port: Int
    /// Path of the socket; nil for host and port.
    public let socketPath: String?

    /// Reads `127.0.0.1:8750`, `localhost:8750`, `[::1]:8750` or `unix:/path`; nil for anything else.
    public init?(_ text: String) {
        if text.hasPrefix("unix:/") {
            // sockaddr_un has room for 107 bytes.
            let path = text.dropFirst("unix:".count)
            guard (2...107).contains(path.utf8.count), !path.utf8.contains(0) else { return nil }
            (host, port, socketPath) = ("", 0, String(path))
            return
        }
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
        socketPath = nil
    }

    /// Whether only programs on this machine can connect.
    public var isLoopback: Bool {
        socketPath != nil || host == "localhost" || host == "::1" || IPAddress.isLoopbackIPv4(host)
    }

    /// `host:port`, or `unix:/path`.
    public var description: String {
        socketPath.map { "unix:" + $0 } ?? (host.contains(":") ? "[\(host)]" : host) + ":\(port)"
    }

    /// Whether `text` can be the name or the address of a host, without port and brackets.
    static func isHost(_ text: String) -> Bool { IPAddress.isIPv6(text) || isName(text[...]) }

    private static func isName(_ host: Substring) -> Bool {
        (1...253).contains(host.utf8.count)
            && host.utf8.allSatisfy { byte in
                let character = Character(Unicode.Scalar(byte))
                return byte < 128 && (character.isLetter || character.isNumber || "-._".contains(character))
            }
    }
}
