import Foundation
import Glibc
import TestSupport
import Testing

@Suite("alertd run with cameras that cannot be watched", .tags(.integration), .timeLimit(.minutes(10)), .serialized)
struct DaemonFaultTests {
    @Test("each fault has its state, its one line in the log and its blind event, and costs nothing")
    func faults() throws {
        let guarded = try RTSPServer(.digest(user: "user", password: "right-one"))
        let (refusing, silent) = (try SilentPort(.refuses), try SilentPort(.accepts))
        let lines = [
            "password": "user name or password is wrong (401)", "path": "the camera has no such stream (404)",
            "port": "Connection refused", "host": "unknown host", "silent": "no answer within 3.0 s",
        ]
        let site = try DaemonSite()
        try site.configure(
            [
                ("password", guarded.url(credentials: "user:wrong-one")),
                ("path", guarded.url("nothing", credentials: "user:right-one")),
                ("port", "rtsp://127.0.0.1:\(refusing.number)/camera"),
                ("host", "rtsp://no-such-host.invalid/camera"),
                ("silent", "rtsp://127.0.0.1:\(silent.number)/camera"),
            ], more: "open_timeout_seconds: 3")
        try site.start()
        for (name, line) in lines {
            try site.waitForLog("camera \(name): ")
            let isTold = eventually(20) { report(of: name, site).contains(line) }
            #expect(isTold, "\(name): \(line)\n\(site.log())")
        }
        let before = try cpuSeconds(site)
        pass(20)
        let used = try cpuSeconds(site) - before
        // One per cent of a quick core; a slow one has half as much work again with the same.
        #expect(used < 0.3, "\(used) CPU seconds in 20 s")
        try site.waitForRow("SELECT count(*) = 5 FROM alertd.v_events WHERE kind = 'blind' AND open")
        let (outcome, seconds) = try site.stop()
        #expect(outcome.status == 0 && seconds < 5)

        for name in lines.keys {
            // Besides where it stood, and what became of it at the end.
            let told = outcome.errorLines.filter {
                $0.contains("camera \(name): ") && !$0.contains("connecting") && !$0.contains("frames analysed")
            }
            #expect(told.count == 1, "\(name): \(told)")
        }
        #expect(!outcome.errors.contains("wrong-one") && !outcome.errors.contains("right-one"))
        let blind = try site.rows(
            """
            SELECT camera, reason, open FROM alertd.v_events ORDER BY camera
            """)
        #expect(blind == lines.keys.sorted().map { "\($0)|no_stream|f" })
        #expect(try site.rows("SELECT count(*) FROM alertd.v_coverage") == ["0"])
    }

    private func report(of camera: String, _ site: DaemonSite) -> String {
        site.log().split(separator: "\n").filter { $0.contains("camera \(camera): ") }.joined(separator: "\n")
    }

    /// User and system time, fields 14 and 15 of proc(5)'s stat.
    private func cpuSeconds(_ site: DaemonSite) throws -> Double {
        let process = try #require(site.run).identifier
        let text = try String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8)
        let fields = try #require(text.split(separator: ")").last).split(separator: " ")
        let ticks = try #require(Double(fields[11])) + #require(Double(fields[12]))
        return ticks / Double(sysconf(Int32(_SC_CLK_TCK)))
    }
}
