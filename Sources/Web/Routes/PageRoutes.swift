internal import HTTPTypes
internal import Hummingbird

/// The page, the form that takes a token, and the cookie that it gives.
struct PageRoutes: Sendable {
    let files: PageFiles
    let tokens: TokenBook
    let proxies: ProxyRule
    let isEncrypted: Bool

    var all: [Route] {
        [
            Route(.get, "/", produces: [MediaTypes.html]) { try file("index.html", nil, to: $0) },
            Route(.get, "/login", access: .anybody, produces: [MediaTypes.html]) {
                try file("login.html", nil, to: $0)
            },
            // A file's type follows from its name, so whatever a client accepts it gets.
            Route(.get, "/page/{file}", produces: ["*/*"]) { try file($0.path["file"] ?? "", nil, to: $0) },
            Route(.get, "/page/{folder}/{file}", produces: ["*/*"]) {
                try file($0.path["file"] ?? "", $0.path["folder"], to: $0)
            },
            Route(.post, "/login", access: .anybody, takes: MediaTypes.json, handler: login),
            Route(.post, "/logout") { request in
                Answer.empty(.noContent, headers: [.setCookie: SessionCookie.clearing(isSecure: isSecure(request))])
            },
        ]
            + ["login.css", "login.js", "favicon.svg"].map { name in
                Route(.get, "/page/\(name)", access: .anybody, produces: ["*/*"]) { try file(name, nil, to: $0) }
            }
    }

    private func file(_ name: String, _ folder: String?, to request: WebRequest) throws -> Response {
        let file = try files.file(name, in: folder)
        return try FileAnswer.bytes(file.bytes, type: file.type, to: request)
    }

    private func login(_ request: WebRequest) async throws -> Response {
        let body = try BodyReader(request.body, known: ["token"])
        let token = try body.text("token")
        guard (1...200).contains(token.unicodeScalars.count) else {
            throw WebError.badRequest(parameter: "token", "token must have 1 to 200 characters")
        }
        _ = try tokens.login(token)
        return Answer.empty(
            .noContent, headers: [.setCookie: SessionCookie.giving(token, isSecure: isSecure(request))])
    }

    private func isSecure(_ request: WebRequest) -> Bool {
        isEncrypted || proxies.isEncrypted(request.request.head, request.context)
    }
}
