import Base
import Foundation
import Ingest
import TestSupport
import Testing

@Suite("A camera's stream by every way", .serialized, .tags(.integration), .timeLimit(.minutes(10)))
struct HostileSourceTests {
    private static let source = ["-f", "lavfi", "-i", "testsrc2=s=320x180:r=12:d=6"]

    /// Frames of `address`, and what was read.
    private func take(
        _ count: Int, of address: String, _ configuration: StreamConfiguration = quickStream
    ) async throws -> (frames: [LiveFrame], probe: StreamProbe, statistics: IngestStatistics) {
        let source = try #require(
            try await CameraSource.connect(to: StreamAddress(address), configuration: configuration))
        let frames = try await source.withFrames { queue in
            var frames: [LiveFrame] = []
            for try await frame in queue {
                frames.append(frame)
                if frames.count == count { break }
            }
            return frames
        }
        return (frames, source.probe, source.statistics)
    }

    private func failure(
        _ address: String, _ configuration: StreamConfiguration = quickStream
    ) async throws -> IngestError? {
        do {
            _ = try await CameraSource.connect(to: StreamAddress(address), configuration: configuration)
            return nil
        } catch {
            return error
        }
    }

    private func rises(_ frames: [LiveFrame]) -> Bool {
        zip(frames, frames.dropFirst()).allSatisfy { $0.time < $1.time }
    }

    @Test("RTSP comes over TCP, UDP and TLS, with H.264, B-frames and H.265")
    func transports() async throws {
        let folder = try ScratchFolder()
        let plain = try CodedClip("plain", in: folder, from: Self.source, size: "320x180", group: 12)
        let nested = try CodedClip("nested", in: folder, from: Self.source, size: "320x180", group: 12, bFrames: 2)
        let modern = try CodedClip(
            "modern", in: folder, from: Self.source, codec: "hevc", size: "320x180", group: 12)
        let cameras = try HostileCameras()
        let certificate = try Self.certificate(in: folder)
        var (datagrams, unverified) = (quickStream, quickStream)
        datagrams.transport = .udp
        unverified.verifyTLS = false
        let ports = [
            try cameras.open("plain", clips: ["main": plain]), try cameras.open("nested", clips: ["main": nested]),
            try cameras.open("modern", clips: ["main": modern]),
            try cameras.open("secret", clips: ["main": plain], settings: ["certificate": certificate]),
        ]
        let ways: [(String, StreamConfiguration, String)] = [
            ("rtsp://127.0.0.1:\(ports[0])/a", quickStream, "h264"),
            ("rtsp://127.0.0.1:\(ports[0])/a", datagrams, "h264"),
            ("rtsp://127.0.0.1:\(ports[1])/a", quickStream, "h264"),
            ("rtsp://127.0.0.1:\(ports[2])/a", quickStream, "hevc"),
            ("rtsp://127.0.0.1:\(ports[2])/a", datagrams, "hevc"),
            ("rtsps://127.0.0.1:\(ports[3])/a", unverified, "h264"),
        ]
        for (address, configuration, codec) in ways {
            let (frames, probe, statistics) = try await take(8, of: address, configuration)
            #expect(probe == StreamProbe(codec: codec, size: PictureSize(width: 320, height: 180)), "\(address)")
            #expect(frames.count == 8 && rises(frames) && statistics.runs == 1, "\(address) \(statistics)")
            // A sender report comes with the first frame, and the camera's clock is this machine's.
            #expect(frames.last?.clock == .camera, "\(address)")
            #expect(frames.last?.clockError.map { $0 < 1 } == true)
        }
    }

    @Test("times come from sender reports that can be true, also across a wrap of the RTP clock, else from arrival")
    func reports() async throws {
        let folder = try ScratchFolder()
        let clip = try CodedClip("plain", in: folder, from: Self.source, size: "320x180", group: 12)
        let cameras = try HostileCameras()
        let kinds: [(String, [String: any Sendable], ClockSource)] = [
            ("right", ["reports": "right", "wraps_after": 2.5], .camera), ("none", ["reports": "none"], .arrival),
            ("wrong", ["reports": "wrong"], .arrival), ("uptime", ["reports": "uptime"], .arrival),
        ]
        for (name, settings, clock) in kinds {
            let port = try cameras.open(name, clips: ["main": clip], settings: settings)
            let (frames, _, statistics) = try await take(14, of: "rtsp://127.0.0.1:\(port)/a")
            #expect(frames.last?.clock == clock, "\(name)")
            #expect(rises(frames) && statistics.runs == 1, "\(name): \(statistics)")
            let last = try #require(frames.last?.time)
            #expect(abs(HostTime.now.wall.seconds(since: last)) < 2, "\(name)")
        }
    }

    @Test("Motion JPEG over HTTP and HTTPS is read, timed by arrival")
    func motionJPEG() async throws {
        let folder = try ScratchFolder()
        let film = folder.file("pictures.mjpeg").path
        try FFmpegProgram.run(Self.source + ["-c:v", "mjpeg", "-f", "mjpeg", film])
        let cameras = try HostileCameras()
        let settings: [String: any Sendable] = ["pictures": film, "picture_rate": 10]
        let port = try cameras.open("plain", settings: settings)
        let (frames, probe, statistics) = try await take(8, of: "http://127.0.0.1:\(port)/video.mjpg")
        #expect(probe == StreamProbe(codec: "mjpeg", size: PictureSize(width: 320, height: 180)))
        #expect(rises(frames) && frames.allSatisfy { $0.clock == .arrival } && statistics.errors == 0)
        let span = try #require(frames.last).time.seconds(since: try #require(frames.first).time)
        #expect(span > 7 * 0.25 - 0.2, "a busy machine is slower, never faster: \(span)")
        let certificate = try Self.certificate(in: folder)
        let secret = try cameras.open("secret", settings: settings.merging(["certificate": certificate]) { $1 })
        var unverified = quickStream
        unverified.verifyTLS = false
        #expect(try await take(2, of: "https://127.0.0.1:\(secret)/video.mjpg", unverified).frames.count == 2)
        guard case .tlsFailed = try await failure("https://127.0.0.1:\(secret)/video.mjpg") else {
            Issue.record("a certificate that nobody vouches for was taken")
            return
        }
    }

    @Test("HLS is read from its live end, on the camera's own host alone")
    func playlist() async throws {
        let folder = try ScratchFolder()
        try FFmpegProgram.run(
            Self.source + [
                "-c:v", "libx264", "-preset", "ultrafast", "-g", "12", "-pix_fmt", "yuv420p", "-f", "hls", "-hls_time",
                "1", "-hls_list_size", "0", "-hls_segment_filename", folder.file("part%d.ts").path,
                folder.file("list.m3u8").path,
            ])
        let segments = (0..<6).map { folder.file("part\($0).ts").path }
        let cameras = try HostileCameras()
        let list: [String: any Sendable] = ["segments": segments, "seconds": 1.0]
        let port = try cameras.open("plain", settings: ["playlist": list])
        let (frames, probe, _) = try await take(12, of: "http://127.0.0.1:\(port)/live.m3u8")
        #expect(probe == StreamProbe(codec: "h264", size: PictureSize(width: 320, height: 180)))
        #expect(frames.count == 12 && frames.allSatisfy { $0.clock == .arrival })
        let elsewhere = list.merging(["elsewhere": "http://localhost:\(port)"]) { $1 }
        let trap = try cameras.open("trap", settings: ["playlist": elsewhere])
        #expect(try await failure("http://127.0.0.1:\(trap)/live.m3u8") != nil)
    }

    @Test("what else answers by HTTP is told apart")
    func strangers() async throws {
        let folder = try ScratchFolder()
        let film = folder.file("pictures.mjpeg").path
        try FFmpegProgram.run(Self.source + ["-frames:v", "2", "-c:v", "mjpeg", "-f", "mjpeg", film])
        let cameras = try HostileCameras()
        let port = try cameras.open("camera", settings: ["pictures": film, "picture_rate": 10])
        guard case .notFound = try await failure("http://127.0.0.1:\(port)/nothing") else {
            Issue.record("a page that is missing")
            return
        }
        guard case .rejected(_, let reason) = try await failure("http://127.0.0.1:\(port)/text") else {
            Issue.record("a page of text")
            return
        }
        #expect(reason.contains("text/html"))
        try cameras.tell("camera", .deny, seconds: 60)
        let denied = try await failure("http://u:secret@127.0.0.1:\(port)/video.mjpg")
        #expect(denied == .unauthorized(RedactedURL("http://***@127.0.0.1:\(port)/video.mjpg")))
        let silent = try SilentPort(.accepts)
        var hasty = quickStream
        hasty.openTimeout = .seconds(1)
        guard case .timedOut = try await failure("http://127.0.0.1:\(silent.number)/video.mjpg", hasty) else {
            Issue.record("a server that says nothing")
            return
        }
    }

    /// A key and a certificate that nobody vouches for, in one file.
    private static func certificate(in folder: ScratchFolder) throws -> String {
        let (key, certificate) = (folder.file("key.pem").path, folder.file("certificate.pem").path)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = [
            "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-keyout", key,
            "-out", certificate,
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return try folder.write(
            "both.pem", try Data(contentsOf: URL(filePath: key)) + Data(contentsOf: URL(filePath: certificate)))
    }
}
