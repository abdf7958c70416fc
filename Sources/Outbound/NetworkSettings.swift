/// What the machine says about the way out: proxies and certificate authorities, as other programs read them.
public struct NetworkSettings: Sendable, Equatable {
    /// Proxy for `https` and `smtps` addresses; may hold a password.
    private let encryptedProxy: String?
    /// Proxy for `http` addresses.
    private let plainProxy: String?
    /// Hosts that are reached without a proxy, separated by commas; `*` for all.
    private let noProxy: String?
    /// A file of trusted certificate authorities in PEM; nil for the system's store.
    let authorities: String?
    /// A folder of them, by hash; nil for the system's.
    let authorityFolder: String?

    /// Reads `https_proxy`, `http_proxy` (lower case alone: a CGI variable of that name in capitals comes from a client),
    /// `all_proxy`, `no_proxy`, `SSL_CERT_FILE` and `SSL_CERT_DIR`.
    public init(environment: [String: String]) {
        func value(_ names: String...) -> String? {
            names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
        }
        let all = value("all_proxy", "ALL_PROXY")
        encryptedProxy = value("https_proxy", "HTTPS_PROXY") ?? all
        plainProxy = value("http_proxy") ?? all
        noProxy = value("no_proxy", "NO_PROXY")
        authorities = value("SSL_CERT_FILE")
        authorityFolder = value("SSL_CERT_DIR")
    }

    /// The proxy for an address and the hosts it does not hold for; this machine is always reached directly, and mail
    /// goes through no HTTP proxy.
    func proxy(for address: OutboundAddress) -> (proxy: String, exceptions: String) {
        if address.isLoopback || address.scheme.hasPrefix("smtp") { return ("", "*") }
        return ((address.isEncrypted ? encryptedProxy : plainProxy) ?? "", noProxy ?? "")
    }
}

extension NetworkSettings: CustomStringConvertible, CustomReflectable {
    /// Nothing of what it holds: a proxy's address may hold a password.
    public var description: String { "the network settings" }
    /// A mirror that shows nothing inside.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
