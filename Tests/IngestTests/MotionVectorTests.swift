import Base
import Foundation
import Ingest
import TestSupport
import Testing

/// Where every frame is decoded, frames tell how their parts move.
@Suite("Motion vectors", .tags(.media), .timeLimit(.minutes(10)))
struct MotionVectorTests {
    /// Pixels to the right and down between frames, of a square of 96 pixels that begins at (20, 60).
    private static let step = (right: 4, down: 2)
    private static let options = [
        "libx264": ["-preset", "veryfast", "-threads", "1"], "libx265": ["-x265-params", "log-level=none"],
    ]

    /// Four seconds of 640 × 360 at 25 frames a second: a square of grain over grain.
    private func render(_ codec: String, group: Int = 100, bFrames: Int = 0, to path: String) throws {
        let grain = "noise=alls=70:all_seed=7"
        try FFmpegProgram.run(
            [
                "-f", "lavfi", "-i", "color=gray:s=640x360:r=25:d=4,\(grain)",
                "-f", "lavfi", "-i", "color=gray:s=96x96:r=25:d=4,noise=alls=90:all_seed=3", "-filter_complex",
                "[0][1]overlay=x='20+\(Self.step.right)*n':y='60+\(Self.step.down)*n':eval=frame", "-c:v", codec, "-g",
                "\(group)", "-bf", "\(bFrames)", "-pix_fmt", codec == "mjpeg" ? "yuvj420p" : "yuv420p",
            ] + (Self.options[codec] ?? []) + [path])
    }

    private func configuration(_ decoding: DecodePolicy, _ rate: Double = 1) -> IngestConfiguration {
        IngestConfiguration(analyseFPS: rate, decoderThreads: 1, decoding: decoding)
    }

    /// Where the square is in frame `number`.
    private func square(_ number: Int) -> Box {
        let (x, y) = (Double(20 + Self.step.right * number), Double(60 + Self.step.down * number))
        return Box(left: x / 640, top: y / 360, right: (x + 96) / 640, bottom: (y + 96) / 360)
    }

    private static let cases = [("libx264", 0), ("libx264", 2), ("mpeg4", 0), ("mpeg2video", 0)]

    @Test("a square moves at its speed, what is beside it stands", arguments: cases)
    func speed(codec: String, bFrames: Int) async throws {
        let folder = try ScratchFolder()
        let path = folder.file("clip.mkv").path
        try render(codec, bFrames: bFrames, to: path)
        let recording = try await read(path, configuration(.full, 2))
        #expect(recording.frames.count == 8 && recording.frames[0].motion == nil, "nothing comes before the first")
        for frame in recording.frames.dropFirst() {
            let motion = try #require(frame.motion)
            let velocity = try #require(motion.velocity(in: square(frame.sequence)))
            let (right, down) = (Float(Self.step.right) * 25 / 640, Float(Self.step.down) * 25 / 360)
            #expect(abs(velocity.right - right) < 0.15 * right, "frame \(frame.sequence): \(velocity)")
            #expect(abs(velocity.down - down) < 0.15 * down, "frame \(frame.sequence): \(velocity)")
            let beside = Box(left: 0.02, top: 0.85, right: 0.3, bottom: 0.98)
            #expect(motion.velocity(in: beside) == .zero, "frame \(frame.sequence)")
        }
    }

    @Test("codecs whose decoders tell no vectors bring none", arguments: ["libx265", "mjpeg"])
    func without(codec: String) async throws {
        let folder = try ScratchFolder()
        let path = folder.file("clip.mkv").path
        try render(codec, to: path)
        let recording = try await read(path, configuration(.full))
        #expect(recording.frames.count == 4 && recording.frames.allSatisfy { $0.motion == nil })
    }

    @Test("vectors follow the mode: there while a stream is decoded whole, not once less is enough")
    func switching() async throws {
        let folder = try ScratchFolder()
        let (clip, joined) = (folder.file("clip.ts").path, folder.file("joined.ts").path)
        try FFmpegProgram.renderGroups(of: 50, seconds: 20, size: "320x240", to: clip)
        let list = try folder.write("list.txt", Data("file clip.ts\nfile clip.ts\n".utf8))
        try FFmpegProgram.run(["-f", "concat", "-i", list, "-c", "copy", joined])
        // Half a frame a second, so that key frames come at the wanted rate.
        let recording = try await read(joined, configuration(.sparing, 0.5))
        #expect(recording.statistics.decodeMode == .keyFrames)
        #expect(recording.frames.suffix(5).allSatisfy { $0.motion == nil })
        let often = try await read(joined, configuration(.sparing, 5))
        let told = often.frames.map { $0.motion != nil }
        #expect(often.statistics.decodeMode == .groupPrefix)
        #expect(told[1..<5].allSatisfy { $0 }, "the first group")
        #expect(told.suffix(20).allSatisfy { !$0 })
        let whole = try await read(joined, configuration(.full, 5))
        #expect(whole.frames.dropFirst().allSatisfy { $0.motion != nil })
        #expect(whole.frames.map(\.picture) == often.frames.map(\.picture) || often.statistics.errors > 0)
    }

    @Test("who does not ask for motion is told none")
    func unasked() async throws {
        let folder = try ScratchFolder()
        let path = folder.file("clip.mkv").path
        try render("libx264", to: path)
        var quiet = configuration(.full)
        quiet.tellsMotion = false
        #expect(try await read(path, quiet).frames.allSatisfy { $0.motion == nil })
    }
}
