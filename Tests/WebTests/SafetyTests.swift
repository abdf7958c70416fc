import Foundation
import HTTPTypes
import NIOCore
import Store
import TestSupport
import Testing
import Web

@Suite("The HTTP service's safety", .tags(.integration), .timeLimit(.minutes(5)))
struct SafetyTests {
    @Test("a Host that leads here by somebody else's name is refused")
    func rebinding() async throws {
        let site = try await WebSite(web: WebConfiguration(hosts: ["gate.example.org"]))
        for host in ["localhost", "127.0.0.1:8750", "[::1]:8750", "LOCALHOST:1", "gate.example.org"] {
            #expect(try await site.send(.get, "/api/v1/cameras", host: host).status == 200, "\(host)")
        }
        for host in ["evil.example.com", "localhost.evil.example.com:8750", "127.0.0.2"] {
            #expect(try await site.send(.get, "/healthz", host: host).status == 421, "\(host)")
        }
        #expect(try await site.send(.get, "/healthz", host: nil).status == 400)
        #expect(try await site.send(.get, "/healthz", host: "a b:c").status != 200)
    }

    @Test("a write from another site's page is refused")
    func crossSite() async throws {
        let site = try await WebSite()
        let id = try await site.event(0, 5)
        func verdict(_ headers: HTTPFields) async throws -> Int {
            try await site.post("/api/v1/events/\(id)/verdict", #"{"verdict":"normal"}"#, headers: headers).status
        }
        let site2 = try #require(HTTPField.Name("Sec-Fetch-Site"))
        #expect(try await verdict([.origin: "http://evil.example.com"]) == 403)
        #expect(try await verdict([.origin: "null"]) == 403)
        #expect(try await verdict([.origin: "http://localhost:1"]) == 403)
        #expect(try await verdict([site2: "cross-site"]) == 403)
        #expect(try await verdict([.origin: "http://localhost:8750"]) == 200)
        #expect(try await verdict([:]) == 200)
    }

    @Test("without a token only this machine is served; with one nothing but health is, without it")
    func tokens() async throws {
        let open = try await WebSite()
        #expect(try await open.get("/api/v1/cameras").status == 200)
        #expect(try await open.get("/api/v1/cameras", peer: "192.0.2.9").status == 403)
        let forwarded = try #require(HTTPField.Name("X-Forwarded-For"))
        #expect(try await open.get("/api/v1/cameras", headers: [forwarded: "192.0.2.9"]).status == 403)

        let site = try await WebSite.withToken("reader")
        for path in [
            "/", "/readyz", "/metrics", "/openapi.json", "/api/v1/cameras", "/api/v1/events/1", "/page/js/main.js",
            "/api/v1/stream", "/nowhere",
        ] {
            let reply = try await site.site.get(path)
            #expect(reply.status == 401, "\(path)")
            #expect(reply.headers[.wwwAuthenticate]?.hasPrefix("Bearer") == true)
        }
        #expect(try await site.site.get("/healthz").status == 200)
        #expect(try await site.site.get("/login").status == 200)
        #expect(try await site.site.get("/page/login.css").status == 200)
        #expect(
            try await site.site.get("/api/v1/cameras", headers: [.authorization: "Bearer \(site.token)"]).status == 200)
        #expect(try await site.site.get("/api/v1/cameras", headers: [.authorization: "Bearer x"]).status == 401)
        #expect(
            try await site.site.get("/api/v1/cameras", headers: [.authorization: "Basic \(site.token)"]).status == 401)
        #expect(
            try await site.site.get(
                "/api/v1/cameras", headers: [.authorization: "Bearer \(site.token)"], peer: "192.0.2.9"
            )
            .status == 200)
        // A browser gets the form.
        let form = try await site.site.get("/", headers: [.accept: "text/html"])
        #expect(form.status == 401 && form.text == "<p>login</p>")
    }

    @Test("where a token is set, no operation answers without one but health and the form that takes it")
    func everyOperation() async throws {
        let (site, token) = try await WebSite.withToken("reader")
        let open: Set = [
            "GET /healthz", "GET /login", "POST /login", "GET /page/login.css", "GET /page/login.js",
            "GET /page/favicon.svg",
        ]
        #expect(site.responder.operations.count > 30)
        for operation in site.responder.operations.keys {
            let parts = operation.split(separator: " ").map(String.init)
            let method = try #require(HTTPRequest.Method(parts[0]))
            let path = parts[1].replacing(/\{[a-z]+\}/, with: "1")
            for headers: HTTPFields in [
                [:], [.authorization: "Bearer \(token)x"], [.cookie: "alertd_session=\(token)x"],
            ] {
                let reply = try await site.send(method, path, headers: headers, body: method == .post ? "{}" : nil)
                if open.contains(operation) {
                    #expect(reply.status != 401 || operation == "POST /login", "\(operation)")
                } else {
                    #expect(reply.status == 401 && !reply.text.contains("gate"), "\(operation): \(reply.status)")
                }
            }
        }
    }

    @Test("a token of the scope read changes nothing, and one for a camera shows no other")
    func scopes() async throws {
        let site = try await WebSite.withToken("reader", cameras: ["yard"])
        let mine = try await site.site.event(0, 5, camera: "yard")
        let theirs = try await site.site.event(100, 105, camera: "gate")
        let headers: HTTPFields = [.authorization: "Bearer \(site.token)"]
        let events = try await site.site.get("/api/v1/events", headers: headers).items()
        #expect(events.compactMap { ($0["id"] as? NSNumber)?.int64Value } == [mine])
        #expect(try await site.site.get("/api/v1/events?camera=gate", headers: headers).items().isEmpty)
        #expect(try await site.site.get("/api/v1/events/\(theirs)", headers: headers).status == 404)
        #expect(try await site.site.get("/api/v1/events/\(theirs)/thumbnail.jpg", headers: headers).status == 404)
        #expect(try await site.site.get("/api/v1/cameras/gate/snapshot.jpg", headers: headers).status == 404)
        #expect(try await site.site.get("/metrics", headers: headers).status == 403)
        let cameras = try await site.site.get("/api/v1/cameras", headers: headers).items()
        #expect(cameras.compactMap { $0["camera"] as? String } == ["yard"])
        #expect(
            try await site.site.post("/api/v1/events/\(mine)/verdict", #"{"verdict":"normal"}"#, headers: headers)
                .status
                == 403)
        #expect(
            try await site.site.post("/api/v1/queries", #"{"name":"a","text":"a car"}"#, headers: headers).status == 403
        )
        #expect(try await site.site.get("/api/v1/configuration", headers: headers).status == 403)
    }

    @Test("a token is exchanged for a cookie that scripts cannot read, and wrong ones are limited")
    func login() async throws {
        let site = try await WebSite.withToken("reader")
        let reply = try await site.site.post("/login", #"{"token":"\#(site.token)"}"#)
        #expect(reply.status == 204)
        let cookie = try #require(reply.headers[.setCookie])
        #expect(cookie.contains("HttpOnly") && cookie.contains("SameSite=Strict") && !cookie.contains("Secure"))
        let value = try #require(cookie.split(separator: ";").first).description
        let session = try await site.site.get("/api/v1/session", headers: [.cookie: "a=b; \(value)"])
        #expect(try session.object()["name"] as? String == "reader")
        let out = try await site.site.post("/logout", "", headers: [.cookie: value])
        #expect(out.status == 204 && out.headers[.setCookie]?.contains("Max-Age=0") == true)
        #expect(
            try await site.site.post("/login", #"{"token":"x"}"#, headers: [.origin: "http://evil.org"]).status == 403)
        for _ in 0..<10 { #expect(try await site.site.post("/login", #"{"token":"x"}"#).status == 401) }
        #expect(try await site.site.post("/login", #"{"token":"x"}"#).status == 429)
    }

    @Test("no path leads out of the page's folder")
    func traversal() async throws {
        let site = try await WebSite()
        #expect(try await site.get("/page/js/main.js").text == "let a = 1")
        for path in [
            "/page/../outside.txt", "/page/%2e%2e/outside.txt", "/page/..%2foutside.txt",
            "/page/js/..%2f..%2foutside.txt",
            "/page/%2e%2e%2foutside.txt", "/page//etc/passwd", "/page/js", "/page/.", "/page/js/%00main.js",
            "/api/v1/cameras/..%2f..%2fgate/snapshot.jpg", "//etc/passwd",
        ] {
            let reply = try await site.get(path)
            #expect(reply.status == 404 || reply.status == 400, "\(path): \(reply.status)")
            #expect(!reply.text.contains("secret") && !reply.text.contains("root:"))
        }
    }

    @Test("other methods are refused with what is allowed; unknown paths, types and sizes too")
    func refusals() async throws {
        let site = try await WebSite()
        let method = try await site.send(.delete, "/api/v1/events")
        #expect(method.status == 405 && method.headers[.allow] == "GET, HEAD")
        let named = try await site.send(.put, "/api/v1/queries/climbing")
        #expect(named.status == 405 && named.headers[.allow] == "DELETE, GET, HEAD")
        #expect(try await site.get("/api/v2/events").status == 404)
        #expect(try await site.get("/api/v1/events", headers: [.accept: "image/png"]).status == 406)
        #expect(try await site.get("/api/v1/events", headers: [.accept: "text/html, */*;q=0.1"]).status == 200)
        #expect(try await site.get("/api/v1/events", headers: [.accept: "application/json;q=0"]).status == 406)
        let id = try await site.event(0, 5)
        let form = try await site.post(
            "/api/v1/events/\(id)/verdict", "verdict=normal", headers: [.contentType: "text/plain"])
        #expect(form.status == 415)
        let long = try await site.post("/api/v1/queries", String(repeating: " ", count: 70_000))
        #expect(long.status == 413)
        #expect(try await site.get("/api/v1/events?query=" + String(repeating: "a", count: 5000)).status == 414)
        #expect(try await site.post("/api/v1/events/\(id)/verdict", "[1]").status == 400)
        #expect(try await site.post("/api/v1/events/\(id)/verdict", #"{"verdict":1}"#).parameter == "verdict")
        #expect(try await site.post("/api/v1/events/\(id)/verdict", #"{"verdict":"normal","x":1}"#).parameter == "x")
        let head = try await site.send(.head, "/api/v1/events")
        #expect(head.status == 200 && head.body.isEmpty)
    }

    @Test("every answer forbids guessing, framing and foreign scripts")
    func headers() async throws {
        let site = try await WebSite()
        for path in ["/", "/healthz", "/nowhere", "/page/js/main.js"] {
            let reply = try await site.get(path)
            #expect(reply.headers[.xContentTypeOptions] == "nosniff")
            let policy = try #require(reply.headers[.contentSecurityPolicy])
            #expect(policy.contains("default-src 'none'") && !policy.contains("unsafe"))
            #expect(policy.contains("frame-ancestors 'none'"))
        }
        let file = try await site.get("/page/js/main.js")
        let tag = try #require(file.headers[.eTag])
        #expect(try await site.get("/page/js/main.js", headers: [.ifNoneMatch: tag]).status == 304)
    }

    @Test("being open to other machines needs a token and encryption")
    func startUp() async throws {
        let site = try await WebSite()
        func refusal(_ configuration: WebConfiguration, _ prepare: () async throws -> Void = {}) async -> String? {
            do {
                let server = WebServer(site.services, configuration)
                try await server.prepare()
                return nil
            } catch { return "\(error)" }
        }
        let plain = await refusal(WebConfiguration(host: "0.0.0.0", port: 8750))
        #expect(plain?.contains("clear text") == true)
        let proxied = WebConfiguration(host: "0.0.0.0", port: 8750, trustedProxies: ["10.0.0.0/8"])
        #expect(await refusal(proxied)?.contains("alertd token create") == true)
        _ = try await site.token("a")
        #expect(await refusal(proxied) == nil)
        #expect(await refusal(WebConfiguration(host: "0.0.0.0", port: 8750))?.contains("clear text") == true)
        let missing = WebConfiguration(
            host: "0.0.0.0", port: 1, certificate: .init(chain: "/nowhere.pem", key: "/nowhere.key"))
        #expect(await refusal(missing)?.contains("/nowhere.pem") == true)
    }
}

extension WebSite {
    /// A site where a token exists.
    static func withToken(_ name: String, cameras: [String]? = nil) async throws -> (site: WebSite, token: String) {
        let token = AccessToken.make()
        let site = try await WebSite(before: { store in
            _ = try await store.addAccessToken(
                .init(name: name, digest: AccessToken.digest(of: token), scope: .read, cameras: cameras))
        })
        return (site, token)
    }
}
