import Base
import Foundation
import Ingest
import TestSupport
import Testing

/// Frames that nobody asked for stay undecoded, and nobody can tell.
@Suite("Decoding at least cost", .tags(.media), .timeLimit(.minutes(10)))
struct SparingDecodeTests {
    private func configuration(_ decoding: DecodePolicy, _ rate: Double, threads: Int = 2) -> IngestConfiguration {
        IngestConfiguration(
            analyseFPS: rate, pictureLimit: PictureSize(width: 64, height: 64), decoderThreads: threads,
            decoding: decoding)
    }

    /// Every file that there is.
    private static func files() throws -> [String] {
        let folders =
            [bundled(".")]
            + ["videos", "media-torture"].compactMap { Fixtures.media?.appending(path: $0).path }
        return try folders.filter { FileManager.default.fileExists(atPath: $0) }.flatMap { folder in
            try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { "\(folder)/\($0)" }
        }
    }

    /// What must be the same: places in time, pictures, and the sums.
    private func expectSame(_ path: String, _ rate: Double, threads: Int = 2) async throws {
        let name = "\(path.split(separator: "/").last ?? "") at \(rate)/s"
        let (whole, sparing) = (
            configuration(.full, rate, threads: threads), configuration(.exact, rate, threads: threads)
        )
        let full: Recording
        do { full = try await read(path, whole) } catch let error as IngestError {
            await #expect(throws: error, "\(name)") { try await read(path, sparing) }
            return
        }
        let exact = try await read(path, sparing)
        #expect(exact.frames.map(\.time) == full.frames.map(\.time), "\(name): times")
        #expect(exact.frames.map(\.sequence) == full.frames.map(\.sequence), "\(name): places")
        #expect(exact.frames.map(\.run) == full.frames.map(\.run), "\(name): runs")
        // libavcodec repairs damage from what it happens to hold: even one thread and two give different pictures.
        let isSame = full.statistics.errors > 0 || exact.frames.map(\.picture) == full.frames.map(\.picture)
        #expect(isSame, "\(name): pictures")
        #expect(exact.statistics.frames == full.statistics.frames, "\(name): frames")
        #expect(exact.statistics.mediaSeconds == full.statistics.mediaSeconds, "\(name): seconds")
        #expect(exact.statistics.framesDecoded <= full.statistics.framesDecoded, "\(name): cost")
    }

    @Test("gives the frames of full decoding", arguments: try files())
    func everyFile(path: String) async throws {
        for rate in [0.5, 1, 4] { try await expectSame(path, rate) }
        try await expectSame(path, 1, threads: 1)
    }

    @Test("gives the frames of full decoding of rendered groups", arguments: [10, 25, 40, 50, 130], [0, 3])
    func rendered(group: Int, bFrames: Int) async throws {
        let folder = try ScratchFolder()
        for container in ["mp4", "mkv", "ts"] {
            let path = folder.file("clip.\(container)").path
            try FFmpegProgram.renderGroups(of: group, bFrames: bFrames, seconds: 16, to: path)
            for rate in [0.25, 0.7, 1, 3] { try await expectSame(path, rate) }
        }
    }

    @Test("decodes half of a group of two seconds at a frame a second", arguments: [0, 3])
    func half(bFrames: Int) async throws {
        let folder = try ScratchFolder()
        let path = folder.file("clip.mp4").path
        try FFmpegProgram.renderGroups(of: 50, bFrames: bFrames, seconds: 60, to: path)
        let statistics = try await read(path, configuration(.sparing, 1, threads: 1)).statistics
        #expect(statistics.frames == 1500 && statistics.framesAnalysed == 60)
        #expect(statistics.decodeMode == .groupPrefix && statistics.groupSeconds == 2)
        #expect(statistics.framesDecoded < 1500 * 6 / 10, "\(statistics.framesDecoded)")
    }

    @Test("decodes key frames alone when they come often enough", arguments: [10, 24, 25])
    func keyFrames(group: Int) async throws {
        let folder = try ScratchFolder()
        let path = folder.file("clip.mp4").path
        try FFmpegProgram.renderGroups(of: group, bFrames: 3, seconds: 40, to: path)
        let recording = try await read(path, configuration(.sparing, 1))
        let statistics = recording.statistics
        #expect(statistics.frames == 1000 && statistics.decodeMode == .keyFrames)
        #expect(statistics.framesAnalysed == 40, "a frame for each second")
        #expect(statistics.framesDecoded < 120, "\(statistics.framesDecoded)")
        let slots = recording.seconds.map { ($0 + 0.001).rounded(.down) }
        #expect(slots == (0..<40).map { Double($0) })
    }

    @Test("goes on at the wanted rate when key frames become rare")
    func rarer() async throws {
        let folder = try ScratchFolder()
        let (often, rare, joined) = (folder.file("a.ts").path, folder.file("b.ts").path, folder.file("c.ts").path)
        try FFmpegProgram.renderGroups(of: 25, seconds: 12, to: often)
        try FFmpegProgram.renderGroups(of: 250, seconds: 30, to: rare)
        let list = try folder.write("list.txt", Data("file a.ts\nfile b.ts\nfile a.ts\n".utf8))
        try FFmpegProgram.run(["-f", "concat", "-i", list, "-c", "copy", joined])
        let recording = try await read(joined, configuration(.sparing, 1))
        let statistics = recording.statistics
        #expect(statistics.errors == 0 && statistics.frames == 54 * 25)
        #expect(abs(Double(statistics.framesAnalysed) - 54) <= 2, "\(statistics.framesAnalysed)")
        let steps = zip(recording.seconds.dropFirst(), recording.seconds).map { $0 - $1 }
        #expect((steps.max() ?? 0) < 2.5, "\(steps)")
    }
}
