import Glibc

/// What the system's own parser says about a numeric address.
enum IPAddress {
    /// Whether `text` is a dotted IPv4 address.
    static func isIPv4(_ text: String) -> Bool {
        var address = in_addr()
        return inet_pton(AF_INET, text, &address) == 1
    }

    /// Whether `text` is an IPv6 address, without brackets.
    static func isIPv6(_ text: String) -> Bool {
        var address = in6_addr()
        return inet_pton(AF_INET6, text, &address) == 1
    }

    /// Whether `text` is an IPv4 address inside 127.0.0.0/8.
    static func isLoopbackIPv4(_ text: String) -> Bool { isIPv4(text) && text.hasPrefix("127.") }

    /// Whether `text` is an address, or a network such as `10.0.0.0/8`.
    static func isAddressOrNetwork(_ text: String) -> Bool {
        let halves = text.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
        guard let address = halves.first, halves.count <= 2 else { return false }
        let (isFour, isSix) = (isIPv4(address), isIPv6(address))
        guard isFour || isSix else { return false }
        guard halves.count == 2 else { return true }
        guard halves[1].utf8.count <= 3, halves[1].utf8.allSatisfy({ (48...57).contains($0) }) else { return false }
        return Int(halves[1]).map { $0 <= (isFour ? 32 : 128) } ?? false
    }
}
