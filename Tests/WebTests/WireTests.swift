import Foundation
import TestSupport
import Testing
import Web

@Suite("What comes over the wire", .tags(.integration), .timeLimit(.minutes(5)))
struct WireTests {
    @Test("what is no HTTP is refused in the form of every other refusal, and the connection ends")
    func unreadable() async throws {
        let site = try await WebSite()
        try await site.serving { port in
            for line in ["BLAH", "GET  / HTTP/9.9\r\nHost: localhost", "GET /\u{1} HTTP/1.1\r\nHost: localhost"] {
                let client = try #require(PlainHTTP(port: port, timeout: 10))
                client.send(line + "\r\n\r\n")
                let reply = client.reply()
                #expect(reply.status == 400, "\(line): \(reply.status)")
                #expect(reply.headers["content-type"] == "application/problem+json", "\(line)")
                #expect(reply.headers["x-content-type-options"] == "nosniff" && reply.headers["connection"] == "close")
                #expect(reply.text.contains("\"status\":400") && reply.text.contains("HTTP/1.1"), "\(reply.text)")
                #expect(client.text(until: "\r\n") == nil, "the connection goes on")
            }
        }
    }

    @Test("a body that comes byte by byte, or not at all, is given up in time, and costs nobody else anything")
    func slowBody() async throws {
        var limits = WebLimits()
        (limits.bodySeconds, limits.requests) = (1, 1)
        let site = try await WebSite(limits: limits)
        try await site.serving { port in
            let head = "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            let clients = try (0..<4).map { _ in try #require(PlainHTTP(port: port, timeout: 10)) }
            for client in clients { client.send(head + "Content-Length: 100\r\n\r\n") }
            // There is room for one answer at a time, and those who have not asked yet take none.
            #expect(PlainHTTP.get("/healthz", port: port).status == 200)
            for _ in 0..<3 {
                for client in clients { client.send(" ") }
                try await ContinuousClock().sleep(for: .milliseconds(500))
            }
            for client in clients {
                let reply = client.reply()
                #expect(reply.status == 408 && reply.headers["connection"] == "close", "\(reply.status)")
                #expect(client.text(until: "\n") == nil, "the connection goes on")
            }
        }
    }

    @Test("who is refused, and whoever sends a body where none is wanted, cannot hold a connection with it")
    func unwantedBody() async throws {
        var limits = WebLimits()
        limits.bodySeconds = 1
        let site = try await WebSite(limits: limits)
        try await site.serving { port in
            for request in [
                "POST /nowhere", "DELETE /api/v1/queries/none", "POST /logout", "GET /healthz",
                "POST /api/v1/queries HTTP/1.1\r\nOrigin: http://evil.example.com",
            ] {
                let line = request.contains("HTTP") ? request : request + " HTTP/1.1"
                let slow = try #require(PlainHTTP(port: port, timeout: 10))
                slow.send(line + "\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n")
                let begin = ContinuousClock.now
                let reply = slow.reply()
                #expect(reply.headers["connection"] == "close", "\(request): \(reply.status)")
                #expect(slow.text(until: "\n") == nil && ContinuousClock.now - begin < .seconds(8), "\(request)")
                // Whoever sends all of it keeps the connection.
                let polite = try #require(PlainHTTP(port: port, timeout: 10))
                polite.send(line + "\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n{}")
                #expect(polite.reply().status == reply.status, "\(request)")
                polite.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
                #expect(polite.reply().status == 200, "\(request)")
            }
        }
    }

    @Test("a head that never ends is cut, one that is too large is refused")
    func heads() async throws {
        var limits = WebLimits()
        limits.idleSeconds = 1
        let site = try await WebSite(limits: limits)
        try await site.serving { port in
            let slow = try #require(PlainHTTP(port: port, timeout: 10))
            let begin = ContinuousClock.now
            slow.send("GET /healthz HTTP/1.1\r\nHost: local")
            #expect(slow.reply().status == 0 && ContinuousClock.now - begin < .seconds(8))
            for head in [
                "X-Long: \(String(repeating: "a", count: 40_000))\r\n",
                (0..<500).map { "X-\($0): a\r\n" }.joined(),
            ] {
                let large = try #require(PlainHTTP(port: port, timeout: 10))
                large.send("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\(head)\r\n")
                let reply = large.reply()
                #expect(reply.status == 400 || reply.status == 0, "\(reply.status)")
            }
            let long = PlainHTTP.get("/" + String(repeating: "a", count: 5000), port: port)
            #expect(long.status == 414 && long.text.contains("4096"), "\(long.text)")
            let body = try #require(PlainHTTP(port: port, timeout: 10))
            body.send(
                "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 100000000\r\n\r\n" + String(repeating: "{", count: 100_000))
            #expect(body.reply().status == 413)
            #expect(PlainHTTP.get("/healthz", port: port).status == 200)
        }
    }

    @Test("a client that takes nothing is let go")
    func stalled() async throws {
        var limits = WebLimits()
        limits.stalledSeconds = 1
        let site = try await WebSite(limits: limits)
        try Data(repeating: 32, count: 3_900_000).write(to: site.folder.file("page/js/large.js"))
        try await site.serving { port in
            let clients = try (0..<8).map { _ in try #require(PlainHTTP(port: port, timeout: 20)) }
            // More than the kernel keeps for a connection, four megabytes and what the client's side takes.
            let request = "GET /page/js/large.js HTTP/1.1\r\nHost: localhost\r\n\r\n"
            for client in clients { client.send(String(repeating: request, count: 4)) }
            try await ContinuousClock().sleep(for: .seconds(4))
            for client in clients {
                let received = (0..<4).reduce(0) { sum, _ in sum + client.reply().body.count }
                #expect(received < 4 * 3_900_000, "all of it was still sent")
            }
            #expect(PlainHTTP.get("/healthz", port: port).status == 200)
        }
    }
}
