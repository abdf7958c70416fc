import Base
import Foundation
import Outbound
import TestSupport
import Testing

@Suite("HTTP transfers", .tags(.integration), .timeLimit(.minutes(10)))
struct HTTPTests {
    private let client = OutboundClient(NetworkSettings(environment: [:]))

    private func url(_ server: ScriptedServer, _ page: String) -> String { "http://127.0.0.1:\(server.port)/\(page)" }

    @Test("bring status, headers and body")
    func whole() async throws {
        let server = try ScriptedServer.web()
        let reply = try await client.send(HTTPRequest(.get, url(server, "hello"))).requireSuccess()
        #expect(reply.status == 200 && reply.text == "hello")
        #expect(reply.headers.all.filter { $0.name == "X-Twice" }.map(\.value) == ["one", "two"])
        #expect(reply.headers["x-twice"] == "one")
        let head = try await client.send(HTTPRequest(.head, url(server, "hello")))
        #expect(head.status == 200 && head.body.isEmpty && head.headers["content-length"] == "5")
    }

    @Test("send method, headers and body as they are", arguments: [HTTPRequest.Method.post, .put, .delete])
    func sent(method: HTTPRequest.Method) async throws {
        let server = try ScriptedServer.web()
        var request = HTTPRequest(method, url(server, "echo"))
        request.add("X-Empty", "")
        request.add("Authorization", "Bearer s3cret", isSecret: true)
        // Larger than the size from which libcurl would ask first.
        let body = method == .delete ? [] : [UInt8](repeating: 7, count: 2 << 20)
        request.body = body
        let reply = try await client.send(request)
        let echo = try #require(try JSONSerialization.jsonObject(with: Data(reply.body)) as? [String: Any])
        let headers = try #require(echo["headers"] as? [String: String])
        #expect(echo["method"] as? String == method.rawValue)
        #expect(headers["x-empty"] == "" && headers["authorization"] == "Bearer s3cret" && headers["expect"] == nil)
        #expect(Data(base64Encoded: try #require(echo["body"] as? String)) == Data(body))
        #expect(!"\(request) \(request.headers)".contains("s3cret"))
    }

    @Test("give a refusal with what the server said in one line, and when to come again")
    func refusal() async throws {
        let server = try ScriptedServer.web()
        let reply = try await client.send(HTTPRequest(.post, url(server, "status?code=503&retry=7")))
        #expect(reply.status == 503)
        let error = #expect(throws: OutboundError.self) { try reply.requireSuccess() }
        #expect(error?.isTransient == true && error?.retryAfter == .seconds(7))
        #expect("\(try #require(error))".hasSuffix("status 503, not now"))
        let gone = try await client.send(HTTPRequest(.post, url(server, "status?code=410")))
        let permanent = #expect(throws: OutboundError.self) { try gone.requireSuccess() }
        #expect(permanent?.isTransient == false && permanent?.retryAfter == nil)
    }

    @Test(
        "refuse a reply that is larger than allowed, announced or not",
        arguments: ["bytes?count=5000", "chunks?count=500"])
    func size(page: String) async throws {
        let server = try ScriptedServer.web()
        var request = HTTPRequest(.get, url(server, page))
        request.limits.bytes = 4000
        let error = await #expect(throws: OutboundError.self) { try await client.send(request) }
        guard case .tooLarge(_, _, 4000)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        request.limits.bytes = 10_000
        #expect(try await client.send(request).body.count >= 4500)
    }

    @Test("end in time when nothing comes, or nothing more", arguments: ["silent", "stall"])
    func stalled(page: String) async throws {
        let server = try ScriptedServer.web()
        var request = HTTPRequest(.get, url(server, page))
        request.limits.total = .milliseconds(300)
        let error = await #expect(throws: OutboundError.self) { try await client.send(request) }
        guard case .timedOut? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        request.limits.total = nil
        request.limits.stall = .seconds(1)
        let slow = await #expect(throws: OutboundError.self) { try await client.send(request) }
        #expect(slow?.isTransient == true)
    }

    @Test("name what went wrong with the connection")
    func connection() async throws {
        let closed = try SilentPort(.refuses)
        let error = await #expect(throws: OutboundError.self) {
            try await client.send(HTTPRequest(.get, "http://127.0.0.1:\(closed.number)/"))
        }
        guard case .unreachable? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        let server = try ScriptedServer.web()
        for page in ["garbage", "chunks?count=5&cut=3"] {
            let error = await #expect(throws: OutboundError.self) {
                try await client.send(HTTPRequest(.get, url(server, page)))
            }
            guard case .interrupted? = error else {
                Issue.record("\(page): \(String(describing: error))")
                return
            }
        }
    }

    @Test("follow redirects to encrypted addresses alone, and not for ever")
    func redirects() async throws {
        let certificate = try TestCertificate()
        let (plain, encrypted) = (try ScriptedServer.web(), try ScriptedServer.web(certificate))
        let trusting = OutboundClient(NetworkSettings(environment: ["SSL_CERT_FILE": certificate.certificate]))
        let goal = "https://localhost:\(encrypted.port)/hello"
        let up = try await trusting.send(HTTPRequest(.get, url(plain, "redirect?to=\(goal)")))
        #expect(up.status == 200 && up.text == "hello" && up.headers["Location"] == nil)
        let down = HTTPRequest(.get, "https://localhost:\(encrypted.port)/redirect?to=\(url(plain, "hello"))")
        let refused = await #expect(throws: OutboundError.self) { try await trusting.send(down) }
        guard case .redirected? = refused else {
            Issue.record("\(String(describing: refused))")
            return
        }
        var allowed = HTTPRequest(.get, url(plain, "loop"))
        allowed.allowsPlainText = true
        let loop = await #expect(throws: OutboundError.self) { try await client.send(allowed) }
        guard case .redirected? = loop else {
            Issue.record("\(String(describing: loop))")
            return
        }
        #expect(try await client.send(HTTPRequest(.post, url(plain, "redirect?to=\(goal)"))).status == 302)
    }

    @Test("trust no certificate that nobody vouches for")
    func trust() async throws {
        let certificate = try TestCertificate()
        let server = try ScriptedServer.web(certificate)
        let request = HTTPRequest(.get, "https://localhost:\(server.port)/hello")
        let error = await #expect(throws: OutboundError.self) { try await client.send(request) }
        guard case .untrusted? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("end at once when they are cancelled, and leave the client usable")
    func cancellation() async throws {
        let server = try ScriptedServer.web()
        let request = HTTPRequest(.get, url(server, "silent"))
        try await withThrowingTaskGroup(of: OutboundError?.self) { group in
            for _ in 0..<8 {
                group.addTask { [client] in
                    do throws(OutboundError) {
                        _ = try await client.send(request)
                        return nil
                    } catch {
                        return error
                    }
                }
            }
            // Until every one of them has arrived.
            while server.journal.count < 8 { try await ContinuousClock().sleep(for: .milliseconds(10)) }
            group.cancelAll()
            for try await error in group {
                guard case .cancelled? = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
            }
        }
        #expect(try await client.send(HTTPRequest(.get, url(server, "hello"))).text == "hello")
    }

    @Test("are refused before anything is sent when their address or a header is not fit")
    func unfit() async throws {
        let secret = "pa55word"
        var requests = [
            "https://", "ftp://example.org/", "http://example.org/\(secret)", "not an address",
            "https://u:\(secret)@h:x/",
        ]
        .map { HTTPRequest(.get, $0) }
        var header = HTTPRequest(.get, "https://example.org/\(secret)")
        header.add("X-One", "a\r\nX-Two: \(secret)")
        header.hidesPath = true
        requests.append(header)
        requests[2].hidesPath = true
        for request in requests {
            let error = await #expect(throws: OutboundError.self) { try await client.send(request) }
            let text = error.map { "\($0)" } ?? ""
            #expect(error?.isTransient == false)
            #expect(!text.contains(secret) && !text.contains("\n"), "\(text)")
        }
    }
}
