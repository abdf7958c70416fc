/// Which models are used: names from `alertd models list`, or paths of folders in Hugging Face's form.
public struct ModelsConfiguration: Hashable, Sendable {
    /// The numbers that an encoder computes with.
    public enum Precision: String, Hashable, Sendable, CaseIterable {
        /// `int8` for large encoders, `fp32` for small ones.
        case auto
        /// 32-bit floats, as published.
        case fp32
        /// 8-bit integers.
        case int8
    }

    /// Turns frames and sentences into encodings.
    public let encoder: String
    /// What the encoder computes with.
    public let precision: Precision
    /// Describes events in words.
    public let describer: String
    /// The folder of the encoder that search understands descriptions with; nil for none.
    public let sentences: String?
}

/// The HTTP service: page, API and metrics.
public struct HTTPConfiguration: Hashable, Sendable {
    /// A certificate and its private key.
    public struct TLS: Hashable, Sendable {
        /// Path of the certificate chain in PEM.
        public let certificate: String
        /// Path of the private key in PEM.
        public let key: String
    }

    /// Where it listens.
    public let listen: ListenAddress
    /// Certificate and key; nil for plain HTTP.
    public let tls: TLS?
    /// Addresses and networks of reverse proxies whose `X-Forwarded-…` headers are believed.
    public let trustedProxies: [String]
    /// Names under which clients reach it, beside this machine's own.
    public let hosts: [String]
}

/// How events are described in words.
public struct DescribeConfiguration: Hashable, Sendable {
    /// Who writes the descriptions.
    public enum Endpoint: Hashable, Sendable {
        /// The model named by ``ModelsConfiguration/describer``, in this process.
        case local
        /// An OpenAI-compatible service: frames leave this process.
        case remote(SecretURL)
        /// Several of them, in the order in which they are asked.
        case several([RemoteService])
    }

    /// An OpenAI-compatible service.
    public struct RemoteService: Hashable, Sendable {
        /// What logs, metrics and `alertd doctor` call it.
        public let name: String
        /// Its address; the password is sent as bearer token.
        public let url: SecretURL
        /// The model's name there; nil for the first that it lists.
        public let model: String?
        /// Most requests that it is sent at a time.
        public let inFlight: Int
        /// Longest wait for an answer.
        public let timeLimit: Duration
    }

    /// Most tokens generated an hour.
    public let tokensPerHour: Int
    /// Who writes the descriptions.
    public let endpoint: Endpoint
    /// Whether frames may be sent to a remote endpoint.
    public let allowRemote: Bool

    /// The remote services, in the order in which they are asked; empty when the model in this process is.
    public var services: [RemoteService] {
        switch endpoint {
        case .local: []
        case .remote(let url):
            [RemoteService(name: "endpoint", url: url, model: nil, inFlight: 1, timeLimit: .seconds(120))]
        case .several(let services): services
        }
    }
}

/// What is logged.
public struct LogConfiguration: Hashable, Sendable {
    /// Least severity that is logged.
    public enum Level: String, Hashable, Sendable, CaseIterable {
        /// swift-log's levels, from the most talkative.
        case trace, debug, info, notice, warning, error, critical
    }

    /// The form of a line.
    public enum Format: String, Hashable, Sendable, CaseIterable {
        /// For people and journald.
        case text
        /// One object a line.
        case json
    }

    /// Least severity that is logged.
    public let level: Level
    /// The form of a line.
    public let format: Format
}
