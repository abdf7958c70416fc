internal import Base
internal import Crypto
internal import HTTPTypes
internal import Logging
internal import Store

/// The tokens that are known, read anew every second, so that a revoked one is refused at once. While the database is away
/// the last ones count; before they were ever read nobody is let in.
final class TokenBook: Sendable {
    private static let interval = Duration.seconds(1)
    /// Wrong tokens at `/login` that are answered within ``window``.
    private static let mostFailures = 10
    private static let window = Duration.seconds(60)

    private struct State {
        var tokens: [AccessTokenRecord]?
        var failures: [ContinuousClock.Instant] = []
    }

    private let store: EventStore
    private let logger: Logger
    private let state = Locked(State())

    init(store: EventStore, logger: Logger) {
        self.store = store
        self.logger = logger
    }

    /// How many there are; nil while that is not known.
    var count: Int? { state.withLock { $0.tokens?.count } }

    /// Reads them anew.
    func refresh() async {
        do throws(StoreError) {
            let tokens = try await store.accessTokens()
            state.withLock { $0.tokens = tokens }
        } catch {
            logger.debug("tokens stay as they were: \(error)")
        }
    }

    /// Reads them again and again until the task is cancelled.
    func run() async {
        while !Task.isCancelled {
            await refresh()
            do { try await ContinuousClock().sleep(for: Self.interval) } catch { return }
        }
    }

    /// Who shows `headers` over a connection from `context`. Throws `unauthorized`, `forbidden` and `busy`.
    func caller(_ headers: HTTPFields, _ context: WebContext) throws(WebError) -> Caller {
        guard let tokens = state.withLock({ $0.tokens }) else {
            throw .busy("the database does not answer, so nobody can be let in", retryAfter: 2)
        }
        if tokens.isEmpty {
            let isForwarded = headers[.xForwardedFor] != nil || headers[.forwarded] != nil
            guard context.isLoopback, !isForwarded else {
                throw .forbidden(
                    "only programs on this machine are served while there is no token; run: alertd token create NAME")
            }
            return .local
        }
        guard let text = Self.token(headers), let known = Self.find(text, tokens) else { throw .unauthorized }
        return Caller(known)
    }

    /// The caller behind a token that was typed in. Throws `unauthorized` and `tooManyAttempts`.
    func login(_ text: String) throws(WebError) -> Caller {
        guard let tokens = state.withLock({ $0.tokens }) else {
            throw .busy("the database does not answer, so nobody can be let in", retryAfter: 2)
        }
        let now = ContinuousClock.now
        let isLimited = state.withLock { state in
            state.failures.removeAll { $0 < now - Self.window }
            return state.failures.count >= Self.mostFailures
        }
        if isLimited { throw .tooManyAttempts(retryAfter: 60) }
        guard let known = Self.find(text, tokens) else {
            state.withLock { $0.failures.append(now) }
            throw .unauthorized
        }
        return Caller(known)
    }

    /// Every digest is compared, and each in constant time.
    private static func find(_ text: String, _ tokens: [AccessTokenRecord]) -> AccessTokenRecord? {
        let digest = SHA256.hash(data: Array(text.utf8))
        return tokens.reduce(nil) { found, token in digest == token.digest ? token : found }
    }

    /// The token of a request: the header's, else the cookie's.
    private static func token(_ headers: HTTPFields) -> String? {
        if let header = headers[.authorization] {
            let parts = header.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
            return String(parts[1]).trimmingSpaces
        }
        return SessionCookie.token(in: headers)
    }
}

extension HTTPField.Name {
    static var xForwardedFor: Self { Self("X-Forwarded-For") ?? .origin }
    static var xForwardedHost: Self { Self("X-Forwarded-Host") ?? .origin }
    static var xForwardedProto: Self { Self("X-Forwarded-Proto") ?? .origin }
    static var forwarded: Self { Self("Forwarded") ?? .origin }
}
