internal import Base
internal import CoreMetrics
internal import HTTPTypes
package import Hummingbird
internal import Logging
internal import Store

/// Answers requests: what all share is checked here, in this order: host, token, path, method, origin, scope, accepted types,
/// parameters, room. Nothing of a request is looked up before its caller is known.
package struct WebResponder: HTTPResponder {
    package typealias Context = WebContext

    private let routes: RouteTable
    private let hosts: HostRule
    private let proxies: ProxyRule
    private let tokens: TokenBook
    private let limits: WebLimits
    private let admission: Admission
    private let isEncrypted: Bool
    /// Answers by the first digit of their status.
    private let answers: [Int: Counter]
    /// The form that takes a token, for browsers that have none.
    private let loginPage: @Sendable () -> [UInt8]?

    init(
        routes: [Route], hosts: HostRule, proxies: ProxyRule, tokens: TokenBook, limits: WebLimits, isEncrypted: Bool,
        metrics: MetricRegistry, loginPage: @escaping @Sendable () -> [UInt8]?
    ) {
        self.routes = RouteTable(routes)
        (self.hosts, self.proxies, self.tokens, self.limits) = (hosts, proxies, tokens, limits)
        admission = Admission(most: limits.requests)
        self.isEncrypted = isEncrypted
        var answers: [Int: Counter] = [:]
        for digit in 1...5 {
            answers[digit] = Counter(
                label: "alertd_http_requests_total", dimensions: [("code", "\(digit)xx")], factory: metrics)
        }
        self.answers = answers
        self.loginPage = loginPage
    }

    /// Every operation as `GET /path`, and its query parameters.
    package var operations: [String: Set<String>] {
        Dictionary(
            routes.all.map { ("\($0.method.rawValue) \($0.path)", Set($0.parameters)) },
            uniquingKeysWith: { one, _ in one })
    }

    package func respond(to request: Request, context: WebContext) async -> Response {
        var response: Response
        // What is known of the request while it is answered.
        var progress = Progress()
        do {
            response = try await answer(request, context, &progress)
        } catch {
            let problem = WebError(error, sentence: progress.sentence, logger: context.logger)
            response = refusal(problem, request)
            progress.endsConnection = problem.endsConnection
        }
        // A connection whose next bytes are nobody's business would be held by whoever sends them slowly.
        if !progress.endsConnection, !progress.isBodyRead, RequestBytes.isAnnounced(request.headers) {
            progress.endsConnection = await !RequestBytes.discard(request, limits)
        }
        answers[response.status.code / 100]?.increment()
        SecurityHeaders.add(
            to: &response.headers, isEncrypted: isEncrypted || proxies.isEncrypted(request.head, context))
        if request.method == .head { response = response.createHeadResponse() }
        return progress.endsConnection ? Self.last(response, context) : response
    }

    private struct Progress {
        /// The key of the sentence, for errors about it.
        var sentence = "text"
        var isBodyRead = false
        var endsConnection = false
    }

    /// The answer after which the connection ends; what still comes is not read.
    private static func last(_ response: Response, _ context: WebContext) -> Response {
        var last = response
        last.headers[.connection] = "close"
        let (body, close) = (response.body, context.close)
        last.body = ResponseBody(contentLength: body.contentLength) { writer in
            try await body.write(writer)
            close()
        }
        return last
    }

    private func answer(
        _ request: Request, _ context: WebContext, _ progress: inout Progress
    ) async throws -> Response {
        let address = request.head.path ?? "/"
        guard address.utf8.count <= limits.addressBytes else { throw WebError.addressTooLong(limits.addressBytes) }
        let host = proxies.host(request.head, context)
        try hosts.check(host, context)
        let mark = address.firstIndex { $0 == "?" || $0 == "#" }
        let parts = try Self.parts(address[..<(mark ?? address.endIndex)])
        let found = Result { () throws(WebError) in try routes.find(request.method, parts) }
        let caller = try caller(request, context, (try? found.get())?.route)
        let (route, path) = try found.get()
        progress.sentence = route.sentence
        if [.get, .head].contains(request.method), RequestBytes.isAnnounced(request.headers) {
            throw WebError.badRequest(parameter: nil, "\(request.method.rawValue) takes no body")
        }
        if request.method != .get, request.method != .head {
            try hosts.checkOrigin(request.headers, host: host ?? "")
        }
        if route.access == .admin, caller.scope != .admin {
            throw WebError.forbidden("the token \(caller.name ?? "") may only read; this needs one of the scope admin")
        }
        guard Negotiation.accepts(route.produces, request.headers) else {
            throw WebError.notAcceptable(route.produces)
        }
        let query = try QueryParameters(mark.map { address[address.index(after: $0)...] }, known: route.parameters)
        var body: [UInt8] = []
        if let type = route.takes {
            body = try await RequestBytes.read(request, type, limits)
            progress.isBodyRead = true
        }
        guard admission.enter() else {
            throw WebError.busy("\(limits.requests) requests are being answered already", retryAfter: 1)
        }
        defer { admission.leave() }
        let checked = WebRequest(
            request: request, path: path, query: query, caller: caller, context: context, body: body)
        guard let limit = route.limit else { return try await route.handler(checked) }
        return try await Deadline.within(limit) { try await route.handler(checked) }
    }

    /// Who asks; nobody in particular where no token is needed.
    private func caller(
        _ request: Request, _ context: WebContext, _ route: Route?
    ) throws(WebError) -> Caller {
        if route?.access == .anybody { return Caller(name: nil, scope: .read, cameras: []) }
        return try tokens.caller(request.headers, context)
    }

    private func refusal(_ problem: WebError, _ request: Request) -> Response {
        if problem == .unauthorized, request.head.path == "/", Negotiation.accepts([MediaTypes.html], request.headers),
            request.headers[.accept] != nil, let page = loginPage()
        {
            var headers = problem.headers
            headers[.contentType] = "text/html; charset=utf-8"
            headers[.cacheControl] = "no-store"
            return Response(status: .unauthorized, headers: headers, body: .init(byteBuffer: .init(bytes: page)))
        }
        return Answer.problem(problem)
    }

    /// The path's parts, decoded. Throws `badRequest` for what is no path.
    private static func parts(_ path: Substring) throws(WebError) -> [String] {
        guard path.hasPrefix("/") else { throw .badRequest(parameter: nil, "the address is not a path") }
        if path == "/" { return [] }
        var parts: [String] = []
        for raw in path.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
            guard let part = PercentCoding.decode(raw, plusIsSpace: false) else {
                throw .badRequest(parameter: nil, "the path is not percent-encoded UTF-8")
            }
            parts.append(part)
        }
        return parts
    }
}
