import Foundation
import Hub
import Outbound

/// Asks a hub of models, with patience: what may go better the next time is tried again.
struct HubClient: Sendable {
    /// More pages than a repository of models has.
    private static let mostPages = 10
    /// The server that is asked.
    let endpoint: HubEndpoint
    /// How long a connection may bring nothing.
    let stall: Duration
    private let client: OutboundClient

    init(_ endpoint: HubEndpoint, stall: Duration, environment: [String: String]) {
        (self.endpoint, self.stall) = (endpoint, stall)
        client = OutboundClient(NetworkSettings(environment: environment))
    }

    /// The commit and licence of a repository at a revision. Throws `OutboundError`, `HubError` and ``Failure``.
    func description(of repository: String, revision: String) async throws -> HubListing.Description {
        let reply = try await answer(endpoint.description(of: repository, revision: revision), about: repository)
        return try HubListing.description(reply.body, of: repository)
    }

    /// The files of a commit. Throws the same.
    func files(of repository: String, commit: String) async throws -> [HubFile] {
        var files: [HubFile] = []
        var next: String? = endpoint.listing(of: repository, commit: commit)
        var pages = 0
        while let url = next {
            pages += 1
            guard pages <= Self.mostPages, endpoint.owns(url) else {
                throw HubError.listing(repository: repository, why: "its next page is not to be followed")
            }
            let reply = try await answer(url, about: repository)
            files += try HubListing.files(reply.body, of: repository)
            next = HubListing.nextPage(reply.headers["Link"])
        }
        return files
    }

    /// The entity tag under which a file is served; nil when the server gives none that a range can be asked with.
    func tag(of url: String) async throws -> String? {
        let reply = try await client.send(request(.head, url))
        let tag = reply.isSuccess ? reply.headers["ETag"] : nil
        return tag?.hasPrefix("\"") == true ? tag : nil
    }

    /// Fetches what is missing of a file behind its first `offset` bytes, which came under `tag`.
    func fetch(_ url: String, to path: String, offset: Int64, size: Int64, tag: String?) async throws {
        var request = request(.get, url)
        if offset > 0, let tag { request.add("If-Range", tag) }
        request.limits = TransferLimits(total: nil, slowestBytesPerSecond: 1, stall: stall, bytes: size)
        try await client.download(request, to: path, offset: offset).reply.requireSuccess()
    }

    private func answer(_ url: String, about repository: String) async throws -> HTTPReply {
        var policy = RetryPolicy()
        while true {
            do {
                return try await client.send(request(.get, url)).requireSuccess()
            } catch {
                try Task.checkCancellation()
                try Self.explain(error, repository)
                guard error.isTransient, let wait = policy.wait(afterBringing: 0, asked: error.retryAfter) else {
                    throw error
                }
                try await Task.sleep(for: wait)
            }
        }
    }

    private func request(_ method: HTTPRequest.Method, _ url: String) -> HTTPRequest {
        var request = HTTPRequest(method, url)
        request.limits.stall = stall
        request.purpose = "fetch"
        request.allowsPlainText = endpoint.allowsPlainText
        request.add("User-Agent", "alertd/\(ProgramVersion.text)")
        if let token = endpoint.token { request.add("Authorization", "Bearer \(token)", isSecret: true) }
        return request
    }

    /// Says what a refusal means here.
    static func explain(_ error: OutboundError, _ repository: String) throws(Failure) {
        guard case .refused(_, _, let status, _, _) = error else { return }
        switch status {
        case 401, 403:
            throw Failure(
                .failed,
                "\(error); if \(repository) asks for consent, give it on the hub's page, and put a token into HF_TOKEN")
        case 404, 410:
            throw Failure(.failed, "\(error); is \(repository) written rightly, and the revision still there?")
        default: return
        }
    }
}
