internal import Base
internal import Foundation

/// The server that models are fetched from: Hugging Face, or what the environment names instead.
public struct HubEndpoint: Sendable {
    /// Where nothing else is named.
    static let standard = "https://huggingface.co"

    private let base: String
    /// Sent to this server alone; nil when there is none, or none that is meant for it.
    public let token: String?

    /// `ALERTD_MODELS_MIRROR`, else `HF_ENDPOINT`, else Hugging Face. `HF_TOKEN` is meant for the last two; a mirror never
    /// sees it. Throws ``HubError/endpoint(variable:why:)``.
    public init(environment: [String: String]) throws(HubError) {
        func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
        let token = value("HF_TOKEN")
        if let mirror = value("ALERTD_MODELS_MIRROR") {
            (base, self.token) = (try Self.checked(mirror, "ALERTD_MODELS_MIRROR"), nil)
        } else if let endpoint = value("HF_ENDPOINT") {
            (base, self.token) = (try Self.checked(endpoint, "HF_ENDPOINT"), token)
        } else {
            (base, self.token) = (Self.standard, token)
        }
    }

    /// Whether the server, and where it sends on to, may be reached without encryption: where its address says so, and no
    /// token would be read on the way. What comes is compared with digests in any case.
    public var allowsPlainText: Bool { base.hasPrefix("http://") && (token == nil || isThisMachine) }

    private var isThisMachine: Bool {
        let host = base.dropFirst("http://".count).prefix { !"/:".contains($0) }
        return host == "127.0.0.1" || host == "localhost"
    }

    /// What may be printed of it.
    public var shown: String { RedactedURL(base).description }

    /// What the hub knows about a repository at a revision: its commit and its licence.
    public func description(of repository: String, revision: String) -> String {
        "\(base)/api/models/\(repository)/revision/\(escaped(revision))"
    }

    /// The list of the files of a commit.
    public func listing(of repository: String, commit: String) -> String {
        "\(base)/api/models/\(repository)/tree/\(commit)?recursive=1"
    }

    /// One file of a commit.
    public func file(_ path: String, of repository: String, commit: String) -> String {
        "\(base)/\(repository)/resolve/\(commit)/"
            + path.split(separator: "/").map { escaped($0) }.joined(separator: "/")
    }

    /// Whether `url`, which the server named as the next page of a list, lies on the same server.
    public func owns(_ url: String) -> Bool { url.hasPrefix(base + "/") }

    private static func checked(_ text: String, _ variable: String) throws(HubError) -> String {
        guard text.hasPrefix("https://") || text.hasPrefix("http://") else {
            throw .endpoint(variable: variable, why: "it begins with neither https:// nor http://")
        }
        guard !text.contains("?"), !text.contains("#") else {
            throw .endpoint(variable: variable, why: "it holds a query or a fragment")
        }
        var base = text
        while base.hasSuffix("/") { base.removeLast() }
        return base
    }

    private func escaped(_ text: some StringProtocol) -> String {
        let plain = CharacterSet(charactersIn: "-._~").union(.alphanumerics)
        return String(text).addingPercentEncoding(withAllowedCharacters: plain) ?? String(text)
    }
}
