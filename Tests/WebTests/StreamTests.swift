import Base
import Foundation
import Pipeline
import Store
import TestSupport
import Testing
import Web

/// A client of the stream, on a thread of its own since it waits for a socket.
private actor Follower {
    private let executor = ThreadExecutor(name: "follower")
    private let client: PlainHTTP?

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    init(_ path: String, port: Int, headers: [String] = []) {
        client = PlainHTTP(port: port)
        let lines = ["GET \(path) HTTP/1.1", "Host: localhost"] + headers
        client?.send(lines.joined(separator: "\r\n") + "\r\n\r\n")
    }

    /// The next message, among what chunks and heads there are.
    func message() -> String? { client?.text(until: "\n\n") }

    /// Sends these bytes and reads an answer.
    func answer() -> PlainHTTP.Reply? { client?.reply() }
}

@Suite("The stream of changes, over a socket", .tags(.integration), .timeLimit(.minutes(5)))
struct StreamTests {
    private func ready(_ path: String, _ port: Int, headers: [String] = []) async throws -> Follower {
        for _ in 0..<100 {
            let follower = Follower(path, port: port, headers: headers)
            if let first = await follower.message(), first.contains("event: ready") { return follower }
            // The table is read for the first time a moment after the socket is there.
            try await ContinuousClock().sleep(for: .milliseconds(50))
        }
        throw CancellationError()
    }

    @Test("descriptions come while they are written, to those who asked, without a number to go on from")
    func drafts() async throws {
        let site = try await WebSite()
        try await site.serving { port in
            let curious = try await ready("/api/v1/stream?drafts=true", port)
            let other = try await ready("/api/v1/stream", port)
            site.drafts.begin(17, on: "gate")
            #expect(await curious.message()?.hasSuffix(#"{"camera":"gate","id":17,"text":""}"#) == true)
            site.drafts.add("A person ", to: 17, on: "gate")
            let part = try #require(await curious.message())
            #expect(part.contains("event: draft") && !part.contains("id: "), "\(part)")
            #expect(part.hasSuffix(#"{"camera":"gate","id":17,"text":"A person "}"#), "\(part)")
            // Faster than anybody is told: what comes is the whole text so far.
            for word in ["climbs ", "over ", "the fence."] { site.drafts.add(word, to: 17, on: "gate") }
            var text = ""
            while !text.contains("fence"), let more = await curious.message() { text = more }
            #expect(text.contains(#""text":"A person climbs over the fence.""#), "\(text)")
            site.drafts.end(17, on: "gate")
            #expect(await curious.message()?.hasSuffix(#"{"camera":"gate","id":17,"text":null}"#) == true)
            // Whoever did not ask hears of changes alone.
            let id = try await site.event(0, 5)
            let change = try #require(await other.message())
            #expect(change.contains("event: change") && change.contains("\"id\":\(id)"), "\(change)")
        }
    }

    @Test("a token for one camera is shown no draft of another")
    func draftsOfCameras() async throws {
        let (site, token) = try await WebSite.withToken("yard-only", cameras: ["yard"])
        try await site.serving { port in
            let follower = try await ready(
                "/api/v1/stream?drafts=true", port, headers: ["Authorization: Bearer \(token)"])
            site.drafts.begin(1, on: "gate")
            site.drafts.begin(2, on: "yard")
            let first = try #require(await follower.message())
            #expect(first.contains("\"id\":2") && !first.contains("gate"), "\(first)")
        }
    }

    @Test("clients that are gone make room for others")
    func room() async throws {
        var limits = WebLimits()
        limits.streams = 2
        let site = try await WebSite(limits: limits)
        try await site.serving { port in
            for _ in 0..<5 {
                let (one, two) = (
                    try await ready("/api/v1/stream", port), try await ready("/api/v1/stream", port)
                )
                #expect(site.server.streamClients == 2)
                let third = try #require(await Follower("/api/v1/stream", port: port).answer())
                #expect(third.status == 503 && third.headers["retry-after"] == "10")
                withExtendedLifetime((one, two)) {}
            }
        }
    }
}
