import Foundation
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

    @Test("footage goes by age and by bytes, that of events last, thumbnails too, and its rows with it")
    func footage() throws {
        let site = try DaemonSite()
        // 2,147 bytes of footage a camera.
        try site.configure(
            [("gate", "rtsp://127.0.0.1:9/camera"), ("door", "rtsp://127.0.0.1:9/camera")],
            more: "retention: { clips_days: 2, clips_gib: 0.000002 }")
        #expect(try AlertdProgram.run(["db", "status", "--config", site.configuration]).status == 0)
        let gone = [
            try keep(site, "gate", "segment", daysAgo: 3), try keep(site, "gate", "thumbnail", daysAgo: 3),
            try keep(site, "door", "segment", daysAgo: 1.4),
        ]
        let kept = [
            try keep(site, "gate", "segment", daysAgo: 1), try keep(site, "door", "segment", daysAgo: 1.5),
            try keep(site, "door", "segment", daysAgo: 1.3),
        ]
        // The oldest of the door shows an event, and stays.
        _ = try site.rows(
            """
            SELECT alertd.record_event(
                'door', 'query:car', 'a car', now() - interval '1.5 days' + interval '2 s',
                now() - interval '1.5 days' + interval '4 s', false, 0, 0, 0.5, NULL, NULL, NULL, 'arrival', NULL, 'a')
            """)
        try site.start()
        try site.waitForRow("SELECT count(*) = 3 FROM alertd.footage", seconds: 30)
        #expect(try site.stop().outcome.status == 0)
        let rows = try site.rows("SELECT file FROM alertd.footage ORDER BY file")
        #expect(rows == kept.sorted())
        for file in gone { #expect(!FileManager.default.fileExists(atPath: site.state + "/clips/" + file), "\(file)") }
        for file in kept { #expect(FileManager.default.fileExists(atPath: site.state + "/clips/" + file), "\(file)") }
    }

    /// Puts a file of 1,000 bytes that shows ten seconds where the daemon keeps footage, and its row; its name.
    private func keep(_ site: DaemonSite, _ camera: String, _ kind: String, daysAgo: Double) throws -> String {
        let start = Int64((Date().timeIntervalSince1970 - daysAgo * 86_400) * 1e6)
        let end = kind == "segment" ? start + 10_000_000 : start
        let day = ISO8601DateFormatter().string(from: Date(timeIntervalSince1970: Double(start) / 1e6)).prefix(10)
        let name = kind == "segment" ? "\(start)-\(end).mp4" : "\(start).jpg"
        let owner = try FileManager.default.attributesOfItem(atPath: site.state)
        var path = site.state
        for part in ["clips", camera, String(day), name] {
            path += "/" + part
            if part == name {
                try Data(repeating: 1, count: 1000).write(to: URL(filePath: path))
            } else if !FileManager.default.fileExists(atPath: path) {
                try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            }
            // What the daemon made belongs to whom it runs as.
            let keys: [FileAttributeKey] = [.ownerAccountID, .groupOwnerAccountID]
            try FileManager.default.setAttributes(owner.filter { keys.contains($0.key) }, ofItemAtPath: path)
        }
        let file = "\(camera)/\(day)/\(name)"
        func moment(_ microseconds: Int64) -> String { "to_timestamp(\(Double(microseconds) / 1e6))" }
        _ = try site.rows(
            "SELECT alertd.record_footage('\(camera)', '\(kind)', \(moment(start)), \(moment(end)), '\(file)', 1000)")
        return file
    }
}
