import Foundation
import Glibc
import TestSupport
import Testing

@Suite("What is normal for a watched camera", .tags(.integration), .timeLimit(.minutes(5)), .serialized)
struct DaemonAnomalyTests {
    private struct Check: Decodable {
        let name: String
        let ok: Bool
        let detail: String
        let watchedDays: Double?

        private enum CodingKeys: String, CodingKey {
            case name, ok, detail
            case watchedDays = "watched_days"
        }
    }

    @Test("survives kill -9 without losing or doubling a frame, and doctor shows the achieved rate and the ceiling")
    func killed() throws {
        let server = try RTSPServer()
        let site = try DaemonSite()
        try site.configure(
            [("gate", server.url())], more: "analyse_fps: 4, alarm_ceiling_per_day: 2")
        var watched = 0.0
        for round in 0..<3 {
            let begin = ContinuousClock.now
            try site.start()
            try site.waitForLog("camera gate: live")
            pass(Double(4 + round))
            watched += (ContinuousClock.now - begin) / .seconds(1)
            if round < 2 {
                site.signal(SIGKILL)
                _ = try site.waitForEnd()
            } else {
                try site.stop()
            }
        }
        let frames = try #require(
            site.rows("SELECT coalesce(sum(frames), 0) FROM alertd.encoding_minute").first.flatMap(Double.init))
        let check = try check(site)
        let seconds = try #require(check.watchedDays) * 86_400
        // Pauses between runs count up to the longest pause of ten seconds each.
        #expect(seconds > 0.6 * (frames - 3) / 4, "\(seconds) s watched, \(frames) frames stored")
        #expect(seconds < watched + 20, "\(seconds) s counted in \(watched) s")
        #expect(check.ok)
        #expect(check.detail.contains("ceiling 2.0 a day: not certifiable before 1.5 days"), "\(check.detail)")
    }

    private func check(_ site: DaemonSite) throws -> Check {
        let outcome = try AlertdProgram.run(["doctor", "--json", "--config", site.configuration])
        let checks = try outcome.lines.map { try JSONDecoder().decode(Check.self, from: Data($0.utf8)) }
        return try #require(checks.first { $0.name == "anomalies of gate" }, "\(outcome.lines)")
    }

    @Test("a damaged snapshot is named and what is normal learnt anew")
    func damaged() throws {
        let server = try RTSPServer()
        let site = try DaemonSite()
        try site.configure([("gate", server.url())])
        try site.start()
        try site.waitForLog("camera gate: live")
        pass(2)
        try site.stop()
        let file = try FileHandle(forWritingTo: URL(filePath: site.state).appending(path: "normality/live/gate"))
        try file.write(contentsOf: Data("not a snapshot".utf8))
        try file.close()
        try site.start()
        try site.waitForLog("cannot restore what is normal from")
        pass(2)
        try site.stop()
        #expect(try check(site).ok)
    }
}
