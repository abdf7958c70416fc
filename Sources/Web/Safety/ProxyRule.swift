internal import Glibc
internal import HTTPTypes

/// Which reverse proxies are believed when they say what a client asked them.
struct ProxyRule: Sendable {
    private struct Network: Sendable {
        let bytes: [UInt8]
        let length: Int

        /// Reads an address or a network such as `10.0.0.0/8`.
        init?(_ text: String) {
            let halves = text.split(separator: "/", maxSplits: 1).map(String.init)
            guard let bytes = halves.first.flatMap(ProxyRule.bytes) else { return nil }
            self.bytes = bytes
            length = halves.count == 2 ? Int(halves[1]) ?? bytes.count * 8 : bytes.count * 8
        }

        func contains(_ address: [UInt8]) -> Bool {
            guard address.count == bytes.count else { return false }
            return (0..<min(length, bytes.count * 8)).allSatisfy { bit in
                let mask = UInt8(128) >> UInt8(bit % 8)
                return address[bit / 8] & mask == bytes[bit / 8] & mask
            }
        }
    }

    private let networks: [Network]

    init(_ networks: [String]) { self.networks = networks.compactMap(Network.init) }

    /// Whether that end of a connection is one of them.
    func trusts(_ context: WebContext) -> Bool {
        guard let address = context.peerAddress.flatMap(Self.bytes) else { return false }
        return networks.contains { $0.contains(address) }
    }

    /// The host that the client named: the proxy's word where it is believed, else the request's own.
    func host(_ head: HTTPRequest, _ context: WebContext) -> String? {
        if trusts(context), let forwarded = head.headerFields[.xForwardedHost] {
            return forwarded.split(separator: ",").first.map { String($0).trimmingSpaces }
        }
        return head.authority
    }

    /// Whether the client's own connection is encrypted.
    func isEncrypted(_ head: HTTPRequest, _ context: WebContext) -> Bool {
        trusts(context) && head.headerFields[.xForwardedProto]?.lowercased() == "https"
    }

    /// An address as 4 or 16 bytes; an IPv4 address in IPv6 form counts as IPv4.
    fileprivate static func bytes(_ text: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, text, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
        var six = in6_addr()
        guard inet_pton(AF_INET6, text, &six) == 1 else { return nil }
        let bytes = withUnsafeBytes(of: six) { Array($0) }
        return bytes.prefix(12) == [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF] ? Array(bytes.suffix(4)) : bytes
    }
}
