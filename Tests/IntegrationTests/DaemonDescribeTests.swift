import Foundation
import Glibc
import TestSupport
import Testing

@Suite("alertd run and remote endpoints", .tags(.integration), .timeLimit(.minutes(5)), .serialized)
struct DaemonDescribeTests {
    /// A daemon that watches the demonstration clip's camera.
    private struct Watch {
        let kind: String
        let site: DaemonSite

        /// Mean seconds from the last evidence of an event to its row.
        func latency() throws -> Double {
            let (sum, count) = (
                try site.metric("alertd_alert_latency_seconds_sum"),
                try site.metric("alertd_alert_latency_seconds_count")
            )
            return (sum ?? .infinity) / max(count ?? 0, 1)
        }
    }

    private static let model = "tiny-vlm"

    /// A daemon whose endpoint answers as `kind` says; `none` describes nothing.
    private func start(_ kind: String, _ server: ScriptedServer, _ camera: RTSPServer) throws -> Watch {
        let site = try DaemonSite()
        let url = "http://127.0.0.1:\(server.port)/\(kind)/v1"
        let describe =
            kind == "none"
            ? "describe: { tokens_per_hour: 0 }"
            : "describe: { tokens_per_hour: 1000000, allow_remote: true, "
                + "endpoints: { only: { url: \"\(url)\", timeout_seconds: 2, in_flight: 2 } } }"
        try site.configure(
            [("gate", camera.url())],
            rest: """
                queries:
                  car: { text: "a car drives through the yard" }
                  walker: { text: "a person walks through the yard" }
                \(describe)
                """)
        try site.start()
        return Watch(kind: kind, site: site)
    }

    @Test(
        "an endpoint that is gone, slow or lying changes neither events nor their latency; words come later or the row says why"
    )
    func faults() throws {
        let camera = try RTSPServer(clip: Fixtures.root.appending(path: "share/demo/yard.mp4").path)
        let (server, gone) = (try ScriptedServer("chat-server.py"), try ScriptedServer("chat-server.py"))
        gone.kill()
        // All at once, so that the machine is as busy for each.
        let plain = try start("none", server, camera)
        let killed = try start("fine", gone, camera)
        let slow = try start("slow", server, camera)
        let lying = try start("garbage", server, camera)
        let all = [plain, killed, slow, lying]
        // The clip shows a car from 3.3 s on and a person from 16.7 s on.
        for watch in all {
            try watch.site.waitForRow(
                "SELECT count(DISTINCT query) = 2 FROM alertd.v_events WHERE kind = 'query' AND NOT open", seconds: 60)
        }
        let latencies = try all.map { try $0.latency() }
        print("alert latency, mean:", zip(all, latencies).map { "\($0.kind) \(($1 * 1000).rounded()) ms" })
        for (watch, latency) in zip(all, latencies).dropFirst() {
            #expect(latency < latencies[0] + 0.5, "\(watch.kind)")
        }
        #expect(try plain.site.rows("SELECT count(*) FROM alertd.description") == ["0"])

        try lying.site.waitForRow(
            "SELECT count(*) > 0 FROM alertd.description WHERE dropped = 'malformed' AND problem LIKE '%form%'")
        try slow.site.waitForRow("SELECT count(*) > 0 FROM alertd.description WHERE dropped IS NULL AND problem <> ''")
        try killed.site.waitForRow("SELECT count(*) > 0 FROM alertd.description WHERE problem LIKE '%127.0.0.1%'")
        for watch in [killed, slow, lying] {
            #expect(
                try watch.site.rows("SELECT count(*) FROM alertd.v_events WHERE description_origin = '\(Self.model)'")
                    == ["0"], "\(watch.kind)")
        }
        try gone.restart()
        try killed.site.waitForRow(
            "SELECT count(*) > 0 FROM alertd.v_events WHERE description_origin = '\(Self.model)'", seconds: 90)
        let answered = try killed.site.metric("alertd_describe_requests_total{endpoint=\"only\",result=\"answered\"}")
        #expect(answered ?? 0 > 0)
        for watch in all {
            let (outcome, seconds) = try watch.site.stop()
            #expect(outcome.status == 0 && seconds < 5, "\(watch.kind): \(seconds) s")
        }
    }

    /// The address of another program's server, which serves a model called `tiny-gguf`; empty outside of `make long`.
    private static let servers = ProcessInfo.processInfo.environment["ALERTD_LLAMA_URL"].map { [$0] } ?? []

    @Test("another program's server describes events", arguments: servers)
    func published(url: String) throws {
        let camera = try RTSPServer(clip: Fixtures.root.appending(path: "share/demo/yard.mp4").path)
        let site = try DaemonSite()
        try site.configure(
            [("gate", camera.url())],
            rest: """
                queries: { car: { text: "a car drives through the yard" } }
                describe: { tokens_per_hour: 1000000, endpoint: "\(url)", allow_remote: true }
                """)
        let doctor = try AlertdProgram.run(["doctor", "--skip-cameras", "--config", site.configuration])
        #expect(doctor.output.contains("ok   describe endpoint: tiny-gguf answers"), "\(doctor.output)")
        try site.start()
        try site.waitForRow(
            "SELECT count(*) > 0 FROM alertd.v_events WHERE description_origin = 'tiny-gguf'", seconds: 120)
        let answers = try site.rows("SELECT answer FROM alertd.description WHERE answer IS NOT NULL")
        print("described by tiny-gguf:", answers)
        #expect(try site.stop().outcome.status == 0)
    }
}
