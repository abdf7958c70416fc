import Foundation
import Glibc
import Store
import TestSupport
import Testing

@Suite("alertd run on a slow disk", .tags(.integration), .timeLimit(.minutes(10)))
struct DaemonSlowDiskTests {
    private static let clip = Fixtures.root.appending(path: "share/demo/yard.mp4").path
    private static let queries = """
        queries: { walker: { text: "a person walks through the yard" }, car: { text: "a car drives through the yard" } }
        """

    @Test(
        "every wait for its disk and for PostgreSQL's takes 0.3 s longer, and it is killed: nothing is lost, doubled or piled up"
    )
    func slow() async throws {
        let disk = try SlowDisk(milliseconds: 300)
        let database = try TemporaryPostgres.server(on: disk)
        let url = try database.makeDatabase()
        try database.psql(
            try String(contentsOf: Fixtures.root.appending(path: "schema.sql"), encoding: .utf8), on: url)
        let camera = try RTSPServer(clip: Self.clip)
        let site = try DaemonSite(database: url)
        try site.configure([("gate", camera.url())], rest: Self.queries)
        var ledger = DurabilityLedger(state: site.state)
        for life in 0..<2 {
            ledger.begin()
            try site.start(environment: disk.environment)
            try site.waitForLog("camera gate: live")
            pass(5)
            let (before, waits) = (try residentBytes(site), disk.waits)
            // The clip shows a car at 3.3–8.4 s and a person at 16.7–24.8 s.
            pass(23)
            #expect(disk.waits - waits >= 10, "nobody waited for the disk")
            #expect(try residentBytes(site) - before < 64 << 20)
            if life == 0 {
                // In the middle of a wait.
                let now = disk.waits
                _ = eventually(5) { disk.waits > now }
                site.signal(SIGKILL)
                _ = try site.waitForEnd()
                try await ledger.noteKill()
            }
        }
        let (outcome, _) = try site.stop()
        ledger.noteStop()
        #expect(outcome.status == 0, "\(outcome.errors)")
        // Whatever the end left in the spool, the next start stores.
        ledger.begin()
        try site.start()
        try site.waitForLog("camera gate: live")
        #expect(try site.stop().outcome.status == 0)
        ledger.noteStop()
        let counts = try await ledger.check(.url(url), camera: "gate")
        print("slow disk: \(disk.waits) waits; \(counts)")
        let told = try database.psql(
            "SELECT query, count(*) FROM alertd.v_events WHERE kind = 'query' GROUP BY query ORDER BY query", on: url)
        // Each seen twice, once in each life of the daemon.
        #expect(told == "car|2\nwalker|2\n", "\(told)")
        #expect(try database.psql("SELECT count(*) FROM alertd.v_events WHERE open", on: url) == "0\n")
    }

    /// Memory that the daemon holds, from proc(5).
    private func residentBytes(_ site: DaemonSite) throws -> Int {
        let process = try #require(site.run).identifier
        let text = try String(contentsOfFile: "/proc/\(process)/status", encoding: .utf8)
        let kilobytes = try #require(text.firstMatch(of: /VmRSS:\s*(\d+) kB/)).output.1
        return (Int(kilobytes) ?? 0) << 10
    }
}
