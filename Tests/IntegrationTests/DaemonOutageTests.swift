import Foundation
import TestSupport
import Testing

@Suite("alertd run through outages", .tags(.integration), .timeLimit(.minutes(6)), .serialized)
struct DaemonOutageTests {
    private static let clip = Fixtures.root.appending(path: "share/demo/yard.mp4").path

    /// A gap of the ledger.
    private struct Gap {
        let reason: String
        let start: Double
        let seconds: Double

        init(_ row: String) throws {
            let fields = row.split(separator: "|").map(String.init)
            try #require(fields.count == 3)
            (reason, start) = (fields[0], try #require(Double(fields[1])))
            seconds = try #require(Double(fields[2]))
        }
    }

    @Test("two cameras for two minutes, one killed and one stalled for 20 s: the ledger shows these gaps and no others")
    func twoOutages() throws {
        let (killed, stalled) = (try RTSPServer(clip: Self.clip), try RTSPServer(clip: Self.clip))
        let site = try DaemonSite()
        try site.configure(
            [("killed", killed.url()), ("stalled", stalled.url())],
            rest: "queries: { walker: { text: \"a person walks through the yard\" } }")
        try site.start()
        for name in ["killed", "stalled"] { try site.waitForLog("camera \(name): live") }
        let begin = Date()
        wait(until: begin, plus: 30)
        let cut = Date()
        killed.kill()
        stalled.stall()
        wait(until: cut, plus: 20)
        stalled.resume()
        let back = Date()
        try killed.restart()
        wait(until: begin, plus: 120)
        let (outcome, seconds) = try site.stop()
        #expect(outcome.status == 0 && seconds < 5, "\(outcome.errors)")

        for name in ["killed", "stalled"] {
            let gaps = try site.rows(
                """
                SELECT g.reason, extract(epoch FROM lower(g.during)),
                       extract(epoch FROM upper(g.during) - lower(g.during))
                FROM alertd.v_coverage c,
                     alertd.coverage_gaps(c.camera, lower(c.watched), upper(c.watched)) AS g
                WHERE c.camera = '\(name)'
                """
            ).map(Gap.init)
            try #require(gaps.count == 1, "\(name): \(gaps)\n\(outcome.errors)")
            let gap = gaps[0]
            let injected = back.timeIntervalSince(cut)
            // The killed server needs most of a second to serve again, which is part of its outage.
            let start = cut.timeIntervalSince1970
            #expect(gap.reason == "no_stream" && abs(gap.start - start) <= 1, "\(name): \(gap), cut at \(start)")
            #expect(gap.seconds >= injected - 1 && gap.seconds <= injected + 2, "\(name): \(gap), \(injected) s")
            let blind = try site.rows(
                "SELECT reason, open FROM alertd.v_events WHERE camera = '\(name)' AND kind = 'blind'")
            #expect(blind == ["no_stream|f"], "\(name): \(blind)")
        }
        try expectOrder(site)
    }

    /// Frames before and after the outage, nothing open, no event twice, none over the gap.
    private func expectOrder(_ site: DaemonSite) throws {
        let watched = try site.rows(
            "SELECT camera, count(*) FROM alertd.v_coverage, unnest(watched) AS w GROUP BY camera ORDER BY camera")
        #expect(watched == ["killed|2", "stalled|2"])
        #expect(try site.rows("SELECT count(*) FROM alertd.v_events WHERE open") == ["0"])
        let doubled = """
            SELECT a.id, b.id FROM alertd.v_events a JOIN alertd.v_events b
            ON a.camera = b.camera AND a.kind = b.kind AND a.query IS NOT DISTINCT FROM b.query AND a.id < b.id
               AND a.during && b.during
            """
        #expect(try site.rows(doubled) == [])
        let bridging = """
            SELECT e.id FROM alertd.v_events e JOIN alertd.v_events b ON b.camera = e.camera
            WHERE e.kind <> 'blind' AND b.kind = 'blind'
              AND upper(e.during * b.during) - lower(e.during * b.during) > interval '1 second'
            """
        #expect(try site.rows(bridging) == [])
        // The clip shows a person at 16.7–24.8 s, before the outage, and again after it.
        let walkers = try site.rows(
            "SELECT camera, count(*) >= 2 FROM alertd.v_events WHERE query = 'walker' GROUP BY camera ORDER BY camera")
        #expect(walkers == ["killed|t", "stalled|t"])
    }

    private func wait(until begin: Date, plus seconds: Double) {
        let left = seconds - Date().timeIntervalSince(begin)
        if left > 0 { pass(left) }
    }
}
