/// Where the service listens, and for whom.
public struct WebConfiguration: Sendable {
    /// A certificate and its key, as paths of PEM files.
    public struct Certificate: Sendable {
        /// Path of the chain.
        public let chain: String
        /// Path of the private key.
        public let key: String

        /// Names the two files.
        public init(chain: String, key: String) { (self.chain, self.key) = (chain, key) }
    }

    /// Host and port; port 0 takes a free one.
    public var host: String, port: Int
    /// Path of a unix socket to listen on instead; who may open it is decided by the file system.
    public var socketPath: String?
    /// What connections are encrypted with; nil for plain HTTP.
    public var certificate: Certificate?
    /// Networks of reverse proxies whose word is believed.
    public var trustedProxies: [String]
    /// Names that clients may use beside this machine's own.
    public var hosts: [String]
    /// How much is taken on at once.
    public var limits = WebLimits()

    /// Plain HTTP at `host` and `port`.
    public init(
        host: String = "127.0.0.1", port: Int = 0, socketPath: String? = nil, certificate: Certificate? = nil,
        trustedProxies: [String] = [], hosts: [String] = []
    ) {
        (self.host, self.port, self.socketPath, self.certificate) = (host, port, socketPath, certificate)
        (self.trustedProxies, self.hosts) = (trustedProxies, hosts)
    }

    /// Whether only this machine's programs can connect.
    public var isLoopback: Bool {
        socketPath != nil || host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }
}
