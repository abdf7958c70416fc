import Base
import Ingest
import TestSupport
import Testing

/// Small pictures, short waits.
let quickStream = StreamConfiguration(
    frames: IngestConfiguration(
        analyseFPS: 4, pictureLimit: PictureSize(width: 64, height: 64), decoderThreads: 1),
    openTimeout: .seconds(8), readTimeout: .seconds(2), pictureTimeout: .seconds(4))

@Suite("A connection to a camera", .serialized, .tags(.integration), .timeLimit(.minutes(10)))
struct CameraSourceTests {
    /// How connecting failed.
    private func failure(
        _ url: String, _ configuration: StreamConfiguration = quickStream
    ) async throws -> IngestError? {
        do {
            _ = try await CameraSource.connect(to: StreamAddress(url), configuration: configuration)
            return nil
        } catch {
            return error
        }
    }

    @Test("gives frames at the analysed rate, with rising times close to now")
    func frames() async throws {
        let server = try RTSPServer()
        let before = HostTime.now.wall
        let source = try #require(
            try await CameraSource.connect(to: StreamAddress(server.url()), configuration: quickStream, firstRun: 3))
        #expect(source.probe == StreamProbe(codec: "h264", size: PictureSize(width: 640, height: 360)))
        let frames = try await source.withFrames { queue in
            var frames: [LiveFrame] = []
            for try await frame in queue {
                frames.append(frame)
                if frames.count == 12 { break }
            }
            return frames
        }
        let span = try #require(frames.last).time.seconds(since: try #require(frames.first).time)
        // A machine that is busy with other tests drops live frames, so the span may be longer, never shorter.
        #expect(span > 11 * 0.25 - 0.3, "\(span)")
        for (a, b) in zip(frames, frames.dropFirst()) { #expect(a.time < b.time && a.frame.time < b.frame.time) }
        #expect(frames.allSatisfy { $0.clock != .unset && $0.frame.run == 3 && $0.frame.isIntact })
        #expect(frames.allSatisfy { $0.time > before && $0.time <= HostTime.now.wall })
        #expect(source.statistics.errors == 0 && source.statistics.runs == 1)
    }

    @Test("logs in, and says when it may not", arguments: ["basic", "digest"])
    func accounts(kind: String) async throws {
        // Every kind of character that must be escaped in an address, in a header, or in a shell.
        let password = #"p@ss:w/o?r#d%"$é"#
        let server = try RTSPServer(
            kind == "basic" ? .basic(user: "cam", password: password) : .digest(user: "cam", password: password))
        let encoded = "cam:p%40ss%3Aw%2Fo%3Fr%23d%25%22$%C3%A9"
        #expect(try await failure(server.url(credentials: encoded)) == nil)
        let error = try #require(try await failure(server.url(credentials: encoded + "x")))
        #expect(error == .unauthorized(RedactedURL(server.url(credentials: "***"))))
        #expect(!"\(error)".contains("p%40ss") && !"\(error)".contains("cam:"))
        #expect(try await failure(server.url()) == .unauthorized(RedactedURL(server.url())))
    }

    @Test("tells a wrong path and a stream without video apart")
    func paths() async throws {
        let server = try RTSPServer()
        #expect(try await failure(server.url("attic")) == .notFound(RedactedURL(server.url("attic"))))
        guard case .noVideoTrack = try await failure(server.url("sound")) else {
            Issue.record("a stream of sound alone")
            return
        }
    }

    @Test("tells a refused port, an unknown host and a missing certificate check apart")
    func places() async throws {
        let port = try SilentPort(.refuses)
        guard case .unreachable(_, let reason) = try await failure("rtsp://u:secret@127.0.0.1:\(port.number)/x") else {
            Issue.record("a refused port")
            return
        }
        #expect(reason == "Connection refused")
        guard case .unknownHost = try await failure("rtsp://u:secret@camera.invalid/x") else {
            Issue.record("an unknown host")
            return
        }
        guard case .tlsFailed = try await failure("rtsps://127.0.0.1:\(port.number)/x") else {
            Issue.record("an encrypted address")
            return
        }
    }

    @Test("gives a server that accepts and says nothing its time and no more")
    func silent() async throws {
        let port = try SilentPort(.accepts)
        var configuration = quickStream
        configuration.openTimeout = .seconds(1)
        let url = "rtsp://u:secret@127.0.0.1:\(port.number)/x"
        var error: IngestError?
        let elapsed = try await ContinuousClock().measure { error = try await failure(url, configuration) }
        #expect(error == .timedOut(RedactedURL(url), step: .open, limit: .seconds(1)))
        #expect(elapsed > .milliseconds(900) && elapsed < .seconds(30), "\(elapsed)")
    }

    @Test("gives up at once when the task is cancelled while the server is silent")
    func cancelled() async throws {
        let port = try SilentPort(.accepts)
        let address = try StreamAddress("rtsp://127.0.0.1:\(port.number)/x")
        let elapsed = try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask { try await CameraSource.connect(to: address, configuration: quickStream) == nil }
            try await ContinuousClock().sleep(for: .milliseconds(300))
            let start = ContinuousClock.now
            group.cancelAll()
            #expect(try await group.next() == true)
            return ContinuousClock.now - start
        }
        #expect(elapsed < .seconds(5), "\(elapsed)")
    }

    @Test("calls the end of a live stream a loss")
    func cut() async throws {
        let server = try RTSPServer()
        let source = try #require(
            try await CameraSource.connect(to: StreamAddress(server.url()), configuration: quickStream))
        let error = await #expect(throws: IngestError.self) {
            try await source.withFrames { frames in
                try server.cut()
                for try await _ in frames {}
            }
        }
        switch error {
        case .streamEnded, .lost: break
        default: Issue.record("\(String(describing: error))")
        }
        #expect(source.lastFrame != nil)
    }

    @Test("notices a server that stalls within the read time-out")
    func stalled() async throws {
        let server = try RTSPServer()
        let source = try #require(
            try await CameraSource.connect(to: StreamAddress(server.url()), configuration: quickStream))
        let start = ContinuousClock.now
        let error = await #expect(throws: IngestError.self) {
            try await source.withFrames { frames in
                server.stall()
                for try await _ in frames {}
            }
        }
        #expect(error == .timedOut(RedactedURL(server.url()), step: .read, limit: .seconds(2)))
        let elapsed = ContinuousClock.now - start
        #expect(elapsed > .milliseconds(1900) && elapsed < .seconds(30), "\(elapsed)")
    }

    @Test("drops the oldest frames when nobody takes them, and counts them")
    func slowConsumer() async throws {
        let server = try RTSPServer()
        var configuration = quickStream
        configuration.frames.queuedFrames = 2
        let source = try #require(
            try await CameraSource.connect(to: StreamAddress(server.url()), configuration: configuration))
        let newest = try await source.withFrames { frames in
            while source.droppedFrames < 4 { try await ContinuousClock().sleep(for: .milliseconds(20)) }
            source.stop()
            return try await frames.reduce(into: []) { $0.append($1.frame.sequence) }
        }
        // 12 frames/s sampled at 4: every third, the first 4 of them dropped.
        #expect(newest.count == 2 && (newest.first ?? 0) >= 12, "\(newest)")
    }
}
