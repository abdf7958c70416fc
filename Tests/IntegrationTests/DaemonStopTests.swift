import Base
import Foundation
import Glibc
import Store
import TestSupport
import Testing

/// How often the daemon is killed; `make long` asks for more.
private enum KillLoop {
    static let kills = ProcessInfo.processInfo.environment["ALERTD_KILLS"].flatMap { Int($0) } ?? 20
}

@Suite(
    "alertd run, stopped and killed", .tags(.integration), .timeLimit(.minutes(8 + KillLoop.kills / 6)), .serialized)
struct DaemonStopTests {
    private static let clip = Fixtures.root.appending(path: "share/demo/yard.mp4").path
    private static let queries = """
        queries: { walker: { text: "a person walks through the yard" }, car: { text: "a car drives through the yard" } }
        """

    @Test("SIGTERM at any moment: it ends with 0 within 5 s, and nothing is open")
    func stopAtAnyMoment() throws {
        let server = try RTSPServer(clip: Self.clip)
        let nobody = try SilentPort(.accepts)
        let site = try DaemonSite()
        try site.configure(
            [("gate", server.url()), ("silent", "rtsp://127.0.0.1:\(nobody.number)/camera")], rest: Self.queries)
        var random = SystemRandomNumberGenerator()
        // The last is long enough for something to happen.
        for moment in (0..<5).map({ _ in Double.random(in: 0...9, using: &random) }) + [9] {
            try site.start()
            // Before the handlers are there a signal ends any program; a service manager waits for READY=1.
            try site.waitForLog("is ready")
            pass(moment)
            let (outcome, seconds) = try site.stop()
            #expect(outcome.status == 0 && seconds < 5, "after \(moment) s: \(seconds) s\n\(outcome.errors)")
            #expect(try site.rows("SELECT count(*) FROM alertd.v_events WHERE open") == ["0"])
        }
        #expect(try site.rows("SELECT count(*) > 0 FROM alertd.v_events WHERE kind = 'query'") == ["t"])
    }

    @Test("killed at random moments, with its own database: no event is lost or told twice, coverage is exact")
    func killLoop() async throws {
        let server = try RTSPServer(clip: Self.clip)
        let site = try DaemonSite(embedded: true)
        try site.configure([("gate", server.url())], rest: Self.queries)
        var ledger = DurabilityLedger(state: site.state)
        ledger.begin()
        try site.start()
        try site.waitForLog("camera gate: live", seconds: 60)
        let process = try postmaster(of: site)
        var known: [Int64: DaemonEvent] = [:]
        var random = SystemRandomNumberGenerator()
        for round in 0..<KillLoop.kills {
            // Long enough now and then to see a whole event of the clip.
            pass(Double.random(in: 0...(round % 5 == 4 ? 12 : 3), using: &random))
            site.signal(SIGKILL)
            _ = try site.waitForEnd()
            try await ledger.noteKill()
            // The camera of the tests serves for ten minutes at most.
            if round % 40 == 39 {
                server.kill()
                try server.restart()
            }
            ledger.begin()
            try site.start()
            // Every other round the daemon is killed wherever it is in starting.
            guard round % 2 == 0 else { continue }
            try site.waitForLog("camera gate: live")
            #expect(try postmaster(of: site) == process, "another server after round \(round)")
            let events = try DaemonEvent.list(site)
            try expect(events, keep: known, round)
            known = Dictionary(uniqueKeysWithValues: events.map { ($0.id, $0) })
        }
        try site.waitForLog("camera gate: live")
        pass(10)
        let (outcome, _) = try site.stop()
        ledger.noteStop()
        #expect(outcome.status == 0, "\(outcome.errors)")
        let events = try DaemonEvent.list(site)
        try expect(events, keep: known, KillLoop.kills)
        #expect(events.contains { $0.kind == "query" } && events.allSatisfy { !$0.open })
        let counts = try await ledger.check(.embedded(stateDirectory: site.state), camera: "gate")
        print("kill loop: \(KillLoop.kills) kills; \(events.count) events; \(counts)")
    }

    /// What was known is still there with its start, and no two events of one source share a moment.
    private func expect(_ events: [DaemonEvent], keep known: [Int64: DaemonEvent], _ round: Int) throws {
        let now = Dictionary(uniqueKeysWithValues: events.map { ($0.id, $0) })
        for (id, before) in known {
            let after = try #require(now[id], "round \(round) lost event \(id) of \(before.start)")
            #expect(abs(after.span.start.seconds(since: before.span.start)) < 16, "round \(round): \(before) \(after)")
        }
        for (index, a) in events.enumerated() {
            for b in events[(index + 1)...] where a.source == b.source {
                #expect(!a.span.overlaps(b.span), "round \(round): \(a) and \(b)")
            }
        }
    }

    private func postmaster(of site: DaemonSite) throws -> String {
        let file = try String(contentsOfFile: site.state + "/postgres/data/postmaster.pid", encoding: .utf8)
        return String(try #require(file.split(separator: "\n").first))
    }
}

/// A line of `alertd events list --json`.
struct DaemonEvent: Decodable {
    let id: Int64
    let kind: String
    let query: String?
    let start: String
    let end: String
    let open: Bool

    var source: String { kind + (query ?? "") }

    var span: TimeSpan {
        let epoch = WallTime(microseconds: 0)
        return TimeSpan(start: WallTime(rfc3339: start) ?? epoch, end: WallTime(rfc3339: end) ?? epoch)
    }

    static func list(_ site: DaemonSite) throws -> [DaemonEvent] {
        let outcome = try AlertdProgram.run(["events", "list", "--json", "--config", site.configuration])
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try outcome.lines.map { try JSONDecoder().decode(DaemonEvent.self, from: Data($0.utf8)) }
    }
}
