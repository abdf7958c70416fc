import Outbound
import TestSupport
import Testing

@Suite("Network settings", .timeLimit(.minutes(10)))
struct NetworkSettingsTests {
    @Test("show no proxy's password")
    func secrets() {
        let settings = NetworkSettings(environment: ["https_proxy": "http://me:pa55word@proxy:3128"])
        var dumped = ""
        dump(settings, to: &dumped)
        #expect(!"\(settings) \(dumped)".contains("pa55word"))
    }

    @Test("send what is for other machines through the proxy, and what is for this one past it", .tags(.integration))
    func proxy() async throws {
        let (proxy, server) = (try ScriptedServer.web(), try ScriptedServer.web())
        let settings = NetworkSettings(environment: ["http_proxy": "http://127.0.0.1:\(proxy.port)", "HTTP_PROXY": "x"])
        let client = OutboundClient(settings)
        #expect(try await client.send(HTTPRequest(.get, "http://127.0.0.1:\(server.port)/hello")).text == "hello")
        #expect(proxy.journal.isEmpty)
        // A name that is not there: the proxy is asked for it, and nobody else.
        var away = HTTPRequest(.get, "http://camera.invalid/hello")
        away.allowsPlainText = true
        _ = try await client.send(away)
        #expect(proxy.journal.first?["path"] as? String == "http://camera.invalid/hello")
        let bypassing = OutboundClient(
            NetworkSettings(environment: ["http_proxy": "http://127.0.0.1:\(proxy.port)", "no_proxy": "camera.invalid"])
        )
        away.limits.connect = .seconds(5)
        await #expect(throws: OutboundError.self) { try await bypassing.send(away) }
        #expect(proxy.journal.count == 1)
    }

    @Test("limits that cannot be meant are named")
    func limits() {
        #expect(TransferLimits().validate() == [])
        let bad = TransferLimits(connect: .zero, total: .zero, slowestBytesPerSecond: 0, stall: .zero, bytes: -1)
        #expect(bad.validate().count == 5)
    }
}
