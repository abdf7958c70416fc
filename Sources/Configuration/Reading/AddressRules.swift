/// What addresses are accepted.
enum AddressRules {
    private static let percentHint = "in a password, write / ? # @ : % as %2F %3F %23 %40 %3A %25"

    /// A stream's address.
    static func media(_ scalar: Scalar) throws(Refusal) -> SecretURL {
        try refuseOtherType(scalar)
        guard scalar.text.contains("://") else { throw Refusal("not an address") }
        _ = try scheme(of: scalar.text, among: ConfigurationKind.mediaSchemes)
        try checkAuthority(scalar.text)
        return SecretURL(scalar.text, written: scalar.written)
    }

    /// An address with one of `schemes`; nil when it is the word `word`.
    static func url(
        _ scalar: Scalar, word: String?, schemes: [String], hidesPath: Bool, mayLackHost: Bool
    ) throws(Refusal) -> SecretURL? {
        if let word, scalar.text == word { return nil }
        try refuseOtherType(scalar)
        guard scalar.text.contains("://") else { throw Refusal("not an address") }
        _ = try scheme(of: scalar.text, among: schemes)
        try checkAuthority(scalar.text, mayLackHost: mayLackHost)
        return hidesPath
            ? SecretURL(hidingPathOf: scalar.text, written: scalar.written)
            : SecretURL(scalar.text, written: scalar.written)
    }

    /// A host and a port.
    static func listen(_ scalar: Scalar) throws(Refusal) -> ListenAddress {
        try refuseOtherType(scalar)
        guard let address = ListenAddress(scalar.text) else { throw Refusal("not host:port") }
        return address
    }

    /// Whether `text` is a mail address that stands in a header as it is: `name@host` in ASCII.
    static func isMail(_ text: String) -> Bool {
        let parts = text.split(separator: "@", omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, text.utf8.count <= 254 else { return false }
        return text.utf8.allSatisfy { $0 > 32 && $0 < 127 && !"<>()[],;:\\\"".utf8.contains($0) }
    }

    private static func refuseOtherType(_ scalar: Scalar) throws(Refusal) {
        if scalar.text.isEmpty { throw Refusal("has no value") }
        if scalar.looksLikeOtherType { throw Refusal("not a text") }
        if scalar.text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control || $0 == " " }) {
            throw Refusal("holds a blank or a control character", allowed: "write a blank as %20")
        }
    }

    private static func scheme(of text: String, among schemes: [String]) throws(Refusal) -> String {
        let scheme = text.firstRange(of: "://").map { text[..<$0.lowerBound].lowercased() } ?? ""
        guard schemes.contains(scheme) else { throw Refusal("this kind of address is not supported here") }
        return scheme
    }

    /// libpq addresses may lack a host, and name several separated by commas.
    private static func checkAuthority(_ text: String, mayLackHost: Bool = false) throws(Refusal) {
        guard let scheme = text.firstRange(of: "://") else { throw Refusal("not an address") }
        let authority = text[scheme.upperBound...].prefix { !"/?#".contains($0) }
        let places = authority.lastIndex(of: "@").map { authority[authority.index(after: $0)...] } ?? authority
        if places.isEmpty {
            if mayLackHost { return }
            throw Refusal("has no host")
        }
        for place in places.split(separator: ",", omittingEmptySubsequences: false) {
            try checkHost(place)
        }
    }

    private static func checkHost(_ place: Substring) throws(Refusal) {
        var (host, port) = (place, Substring())
        if let close = place.lastIndex(of: "]"), place.hasPrefix("[") {
            host = place[..<close].dropFirst()
            port = place[place.index(after: close)...]
            guard IPAddress.isIPv6(String(host)) else { throw Refusal("its host is no IPv6 address") }
        } else if let colon = place.firstIndex(of: ":") {
            (host, port) = (place[..<colon], place[colon...])
        }
        guard !host.isEmpty else { throw Refusal("has no host") }
        guard !port.isEmpty else { return }
        guard port.hasPrefix(":"), let number = Int(port.dropFirst()), (1...65535).contains(number) else {
            throw Refusal("its port is not a number from 1 to 65535", allowed: percentHint)
        }
    }
}
