import Base
import Ingest
import TestSupport
import Testing

/// Small pictures, short waits.
let quickStream = StreamConfiguration(
    frames: IngestConfiguration(
        analyseFPS: 4, pictureLimit: PictureSize(width: 64, height: 64), decoderThreads: 1),
    openTimeout: .seconds(8), readTimeout: .seconds(2), pictureTimeout: .seconds(4))

@Suite("A connection to a camera", .tags(.integration), .timeLimit(.minutes(2)))
struct RTSPSourceTests {
    /// How connecting failed.
    private func failure(
        _ url: String, _ configuration: StreamConfiguration = quickStream
    ) async throws -> IngestError? {
        do {
            _ = try await RTSPSource.connect(to: StreamAddress(url), configuration: configuration)
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
            try await RTSPSource.connect(to: StreamAddress(server.url()), configuration: quickStream, firstRun: 3))
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
        #expect(abs(span - 11 * 0.25) < 0.3, "\(span)")
        for (a, b) in zip(frames, frames.dropFirst()) { #expect(a.time < b.time && a.frame.time < b.frame.time) }
        #expect(frames.allSatisfy { $0.clock == .arrival && $0.frame.run == 3 && $0.frame.isIntact })
        #expect(frames.allSatisfy { $0.time > before && $0.time <= HostTime.now.wall })
        #expect(source.droppedFrames == 0 && source.statistics.errors == 0 && source.statistics.runs == 1)
    }
}
