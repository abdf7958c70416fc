import Base
import Foundation
import Outbound
import TestSupport
import Testing

@Suite("Replies read while they come", .tags(.integration), .timeLimit(.minutes(10)))
struct StreamTests {
    private let client = OutboundClient(NetworkSettings(environment: [:]))
    private let server: ScriptedServer

    init() throws { server = try ScriptedServer.web() }

    private func request(_ page: String) -> HTTPRequest { HTTPRequest(.get, "http://127.0.0.1:\(server.port)/\(page)") }

    @Test("bring the first piece before the last is sent")
    func early() async throws {
        let text = try await client.stream(request("chunks?count=5&pause=0.1")) { reply in
            #expect(reply.status == 200 && reply.headers["transfer-encoding"] == "chunked")
            let first = try #require(try await reply.next())
            #expect(!String(decoding: first, as: UTF8.self).contains("chunk 4"))
            return String(decoding: first + (try await reply.rest(atMost: 1000)), as: UTF8.self)
        }
        #expect(text == (0..<5).map { "chunk \($0)\n" }.joined())
    }

    @Test("let the server wait for a slow reader, and lose nothing")
    func backPressure() async throws {
        // 200 chunks of 50,000 bytes against a room of 100,000.
        let total = try await client.stream(request("chunks?count=200&fill=50000"), capacity: 100_000) { reply in
            // While nobody reads, libcurl must hold back.
            try await ContinuousClock().sleep(for: .milliseconds(300))
            var total = 0
            for try await piece in reply { total += piece.count }
            return total
        }
        #expect(total == (0..<200).reduce(0) { $0 + "chunk \($1)\n".utf8.count + 50_000 })
    }

    @Test("tell of a reply that ends early after what came of it")
    func cut() async throws {
        var text = ""
        let error = await #expect(throws: OutboundError.self) {
            try await client.stream(request("chunks?count=5&cut=3")) { reply in
                while let piece = try await reply.next() { text += String(decoding: piece, as: UTF8.self) }
            }
        }
        guard case .interrupted? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(text == "chunk 0\nchunk 1\nchunk 2\n")
    }

    @Test("end the transfer when the reader leaves, throws or is cancelled")
    func leaving() async throws {
        struct Enough: Error {}
        let endless = request("chunks?count=1000000&pause=0.01")
        let first = try await client.stream(endless) { reply in try await reply.next()?.first }
        #expect(first == UInt8(ascii: "c"))
        await #expect(throws: Enough.self) { try await client.stream(endless) { _ in throw Enough() } }
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { [client] in
                do {
                    try await client.stream(endless) { reply in for try await _ in reply {} }
                    return false
                } catch {
                    return true
                }
            }
            while server.journal.count < 3 { try? await ContinuousClock().sleep(for: .milliseconds(10)) }
            group.cancelAll()
            #expect(await group.next() == true)
        }
    }

    @Test("fail before the first piece when there is no server")
    func noServer() async throws {
        let closed = try SilentPort(.refuses)
        await #expect(throws: OutboundError.self) {
            try await client.stream(HTTPRequest(.get, "http://127.0.0.1:\(closed.number)/")) { _ in }
        }
    }
}
