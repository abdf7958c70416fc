import Foundation
import Glibc
import TestSupport
import Testing

@Suite("alertd run and its footage", .tags(.integration), .timeLimit(.minutes(10)), .serialized)
struct DaemonFootageTests {
    private struct Probe {
        let seconds: Double
        let frames: Int

        init(_ path: String) throws {
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/ffprobe")
            process.arguments = [
                "-v", "error", "-count_frames", "-select_streams", "v", "-show_entries",
                "format=duration:stream=nb_read_frames", "-of", "default=nw=1", path,
            ]
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            var values: [String: Double] = [:]
            for line in text.split(separator: "\n") {
                let parts = line.split(separator: "=")
                if parts.count == 2 { values[String(parts[0])] = Double(parts[1]) }
            }
            seconds = try #require(values["duration"], "\(path): \(text)")
            frames = Int(try #require(values["nb_read_frames"], "\(path): \(text)"))
        }
    }

    @Test("an event's clip and picture can be had, of a masked camera too, and erasing removes them")
    func clips() throws {
        let clip = Fixtures.root.appending(path: "share/demo/yard.mp4").path
        let servers = [try RTSPServer(clip: clip), try RTSPServer(clip: clip)]
        defer { withExtendedLifetime(servers) {} }
        let site = try DaemonSite()
        let queries = "queries: { car: { text: \"a car drives through the yard\" } }"
        try site.configure(
            [("open", servers[0].url()), ("shut", servers[1].url())],
            more: "clips: { pre_seconds: 2, post_seconds: 3 }", rest: queries)
        try site.mask("shut", "[[[0, 0], [0.3, 0], [0.3, 1], [0, 1]]]")
        try site.start()
        // The clip shows a car from 3.3 s to 8.4 s.
        for camera in ["open", "shut"] {
            try site.waitForRow(
                """
                SELECT count(*) > 0 FROM alertd.v_events e WHERE e.camera = '\(camera)' AND e.query = 'car' AND NOT open
                """, seconds: 40)
            let covered = """
                SELECT count(*) > 0 FROM alertd.v_events e
                WHERE e.camera = '\(camera)' AND e.query = 'car'
                  AND EXISTS (SELECT FROM alertd.footage f JOIN alertd.camera c ON c.id = f.camera_id
                              WHERE c.name = e.camera AND f.kind = 'segment' AND upper(f.during) >= e.ended_at)
                """
            try site.waitForRow(covered, seconds: 60)
        }
        try keepLivePicture(of: "shut", site)
        #expect(try site.stop().outcome.status == 0)
        #expect(!site.log().contains("not used yet") && !site.log().contains("footage:"), "\(site.log())")
        for camera in ["open", "shut"] {
            let row = try site.rows(
                """
                SELECT id, round(extract(epoch FROM ended_at - started_at)::numeric, 3) FROM alertd.v_events
                WHERE camera = '\(camera)' AND query = 'car' ORDER BY started_at LIMIT 1
                """
            ).first?.split(separator: "|")
            let parts = try #require(row)
            let seconds = try #require(Double(parts[1]))
            let file = site.folder.file("\(camera).mp4").path
            let outcome = try AlertdProgram.run(
                ["events", "clip", String(parts[0]), "--out", file, "--config", site.configuration])
            #expect(outcome.status == 0, "\(outcome.errors)")
            let probe = try Probe(file)
            // The event may begin less than the pre-roll after the first picture, and B-frames before the end need the
            // picture behind it, three further on at most.
            #expect(probe.seconds <= seconds + 5.45 && probe.seconds >= seconds + 2.5, "\(probe) \(seconds)")
            #expect(abs(Double(probe.frames) - probe.seconds * 12.5) <= 4, "\(probe)")
            let picture = site.folder.file("\(camera).jpg").path
            let thumbnail = try AlertdProgram.run(
                ["events", "clip", String(parts[0]), "--thumbnail", "--out", picture, "--config", site.configuration])
            #expect(thumbnail.status == 0, "\(thumbnail.errors)")
            #expect(try Probe(picture).frames == 1)
        }
        try expectAnswer(site)
        try expectMasked(site)
        try expectErased(site)
    }

    /// A question about what a camera recorded is answered from its footage.
    private func expectAnswer(_ site: DaemonSite) throws {
        let row = try site.rows(
            """
            SELECT to_char(ended_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') FROM alertd.v_events
            WHERE camera = 'open' AND query = 'car' ORDER BY started_at LIMIT 1
            """
        ).first
        let end = try #require(row)
        let about = ["Who is there?", "--at", end, "--json", "--config", site.configuration]
        let told = try AlertdProgram.run(["ask", "--camera", "open"] + about)
        #expect(told.status == 0, "\(told.errors)")
        let answer = try JSONSerialization.jsonObject(with: Data((told.lines.last ?? "").utf8)) as? [String: Any]
        let frames = try #require(answer?["frames"] as? [String])
        #expect(answer?["answer"] is String && !frames.isEmpty && frames == frames.sorted(), "\(told.output)")
        #expect(frames.allSatisfy { $0.prefix(19) <= end.prefix(19) }, "\(frames), asked about \(end)")
        let early = try AlertdProgram.run(
            ["ask", "--camera", "open", "Who?", "--at", "2020-01-01T00:00:00Z", "--config", site.configuration])
        #expect(early.status == 2 && early.errors.contains("no footage"), "\(early.errors)")
    }

    /// The picture that the page shows of a camera now, beside its footage.
    private func keepLivePicture(of camera: String, _ site: DaemonSite) throws {
        let port = site.log().components(separatedBy: "page and API at http://127.0.0.1:").last
            .flatMap { Int($0.prefix { $0.isNumber }) }
        let reply = PlainHTTP.get("/api/v1/cameras/\(camera)/snapshot.jpg", port: try #require(port))
        #expect(reply.status == 200, "\(reply.text)")
        try reply.body.write(to: URL(filePath: site.state + "/clips/\(camera)/live.jpg"))
    }

    /// Of the masked camera only the event's footage is there, and its left part is black in every file.
    private func expectMasked(_ site: DaemonSite) throws {
        let apart = try site.rows(
            """
            SELECT count(*) FROM alertd.footage f JOIN alertd.camera c ON c.id = f.camera_id
            WHERE c.name = 'shut' AND f.kind = 'segment' AND NOT EXISTS (
                SELECT FROM alertd.v_events e WHERE e.camera = 'shut'
                AND tstzrange(e.started_at - interval '2 s', e.ended_at + interval '3 s', '[]') && f.during)
            """)
        #expect(apart == ["0"])
        let folder = site.state + "/clips/shut"
        let files = try FileManager.default.subpathsOfDirectory(atPath: folder).filter { $0.contains(".") }
        #expect(files.contains { $0.hasSuffix(".mp4") } && files.contains { $0.hasSuffix(".jpg") })
        for file in files {
            #expect(try brightest(folder + "/" + file, crop: "in_w*0.28:in_h:0:0") < 40, "\(file)")
            #expect(try brightest(folder + "/" + file, crop: "in_w*0.6:in_h:in_w*0.4:0") > 100, "\(file)")
        }
        #expect(try brightest(site.folder.file("shut.mp4").path, crop: "in_w*0.28:in_h:0:0") < 40)
        let open = site.folder.file("open.mp4").path
        #expect(try brightest(open, crop: "in_w*0.28:in_h:0:0") > 100, "the measure finds nothing without a mask")
    }

    /// The highest grey level of a part of all pictures of a file.
    private func brightest(_ path: String, crop: String) throws -> Int {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/ffmpeg")
        process.arguments = [
            "-nostdin", "-v", "error", "-i", path, "-vf", "crop=\(crop),format=gray", "-f", "rawvideo", "-",
        ]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return Int(try #require(bytes.max(), "\(path)"))
    }

    private func expectErased(_ site: DaemonSite) throws {
        let database = try #require(site.database)
        for camera in ["open", "shut"] {
            let outcome = try AlertdProgram.run([
                "erase", "--camera", camera, "--from", "2000-01-01T00:00:00Z", "--to", "2100-01-01T00:00:00Z",
                "--config",
                site.configuration, "--database", database,
            ])
            #expect(outcome.status == 0 && outcome.output.contains("files of footage"), "\(outcome.errors)")
        }
        let left = try FileManager.default.subpathsOfDirectory(atPath: site.state + "/clips").filter {
            $0.contains(".mp4") || ($0.contains(".jpg") && !$0.hasSuffix("/live.jpg")) || $0.contains(".part")
        }
        let rows = try site.rows("SELECT count(*) FROM alertd.footage")
        #expect(left.isEmpty && rows == ["0"], "\(left)")
    }
}
