import Foundation
import TestSupport
import Testing

@Suite("alertd run and pictures that show nothing", .tags(.integration), .timeLimit(.minutes(10)), .serialized)
struct DaemonFaultyPictureTests {
    @Test("a camera that goes black, and one that freezes, are blind from then on, and nothing of it counts as watched")
    func blind() throws {
        let folder = try ScratchFolder()
        let (dark, still) = (folder.file("dark.mp4").path, folder.file("still.mp4").path)
        try FaultyClip.black(from: 8, to: 18, seconds: 70, at: dark)
        try FaultyClip.frozen(from: 8, to: 46, seconds: 70, at: still)
        let servers = [try RTSPServer(clip: dark), try RTSPServer(clip: still)]
        defer { withExtendedLifetime(servers) {} }
        let site = try DaemonSite()
        try site.configure([("dark", servers[0].url()), ("still", servers[1].url())])
        try site.start()
        try site.waitForRow(event("dark", "covered"), seconds: 45)
        try site.waitForRow(event("still", "frozen"), seconds: 60)
        // Seconds that the camera was blind, as rendered.
        for (camera, reason, seconds) in [("dark", "covered", 10.0), ("still", "frozen", 38.0)] {
            // Watched again, from the first picture that shows something.
            try site.waitForRow(
                """
                SELECT count(*) = 1 FROM alertd.v_events e, alertd.v_coverage c
                WHERE e.camera = '\(camera)' AND c.camera = e.camera AND e.reason = '\(reason)'
                  AND EXISTS (SELECT FROM unnest(c.watched) AS w WHERE upper(w) = e.started_at)
                  AND EXISTS (SELECT FROM unnest(c.watched) AS w WHERE lower(w) = e.ended_at)
                """)
            let gaps = try site.rows(
                """
                SELECT g.reason, round(extract(epoch FROM upper(g.during) - lower(g.during)))
                FROM alertd.v_coverage c, alertd.coverage_gaps(
                    c.camera, lower(c.watched), upper(c.watched)) AS g
                WHERE c.camera = '\(camera)'
                """)
            let parts = gaps.first?.split(separator: "|") ?? []
            #expect(gaps.count == 1 && parts.first ?? "" == reason, "\(gaps)")
            #expect(abs((parts.last.flatMap { Double($0) } ?? 0) - seconds) <= 3, "\(gaps)")
            #expect(site.log().contains("camera \(camera): its picture is \(reason)"))
        }
        #expect(try site.rows("SELECT count(*) FROM alertd.v_events WHERE kind = 'blind'") == ["2"])
        try site.stop()
    }

    /// Whether the camera's one blind event is closed.
    private func event(_ camera: String, _ reason: String) -> String {
        """
        SELECT count(*) = 1 AND bool_and(NOT open AND reason = '\(reason)') FROM alertd.v_events
        WHERE camera = '\(camera)' AND kind = 'blind'
        """
    }
}
