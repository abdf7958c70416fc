import TestSupport
import Testing

@Suite("alertd run and retention", .tags(.integration), .timeLimit(.minutes(10)))
struct DaemonRetentionTests {
    @Test("what is older than the configuration keeps is gone soon after the start, what is younger stays")
    func events() throws {
        let site = try DaemonSite()
        try site.configure(
            [("gate", "rtsp://127.0.0.1:9/camera"), ("door", "rtsp://127.0.0.1:9/camera")],
            more: "retention: { events_days: 2 }")
        for (camera, days) in [("gate", 1), ("gate", 3), ("door", 5), ("elsewhere", 9)] {
            _ = try site.rows(
                """
                SELECT alertd.record_event(
                    '\(camera)', 'query:car', 'a car', now() - interval '\(days) days',
                    now() - interval '\(days) days' + interval '10 s', false, 0, 0, 0.5, NULL, NULL, NULL, 'arrival',
                    NULL, 'old\(days)');
                UPDATE alertd.event SET updated_at = upper(during);
                """)
        }
        try site.start()
        try site.waitForRow("SELECT count(*) = 2 FROM alertd.v_events WHERE kind = 'query'")
        #expect(try site.stop().outcome.status == 0)
        let left = try site.rows("SELECT camera FROM alertd.v_events WHERE kind = 'query' ORDER BY camera")
        // A camera that left the configuration keeps its past.
        #expect(left == ["elsewhere", "gate"])
    }
}
