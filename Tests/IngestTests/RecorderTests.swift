import Base
import Foundation
import Ingest
import TestSupport
import Testing

@Suite("Recorder", .serialized, .tags(.integration), .timeLimit(.minutes(10)))
struct RecorderTests {
    private static let zero = WallTime(microseconds: 1_800_000_000_000_000)

    /// Footage of 10 frames/s whose frame N, counted from `first`, is one grey level N above the darkest.
    private func render(_ folder: ScratchFolder, _ name: String, first: Int, frames: Int, bFrames: Int = 0) throws
        -> String
    {
        let path = folder.file(name).path
        try FFmpegProgram.run([
            "-f", "lavfi", "-i", "color=black:s=64x64:r=10:d=\(Double(frames) / 10)", "-vf",
            "geq=lum='16+N+\(first)':cb=128:cr=128", "-c:v", "libx264", "-threads", "1", "-crf", "4", "-g", "20",
            "-keyint_min", "20", "-sc_threshold", "0", "-bf", "\(bFrames)", "-pix_fmt", "yuv420p", "-movflags",
            "+frag_keyframe+delay_moov+default_base_moof", path,
        ])
        return path
    }

    /// The numbers of the frames that a player would show.
    private func numbers(_ path: String) async throws -> [Int] {
        try await read(path, everyFrame).frames.map { frame in
            let middle = (frame.picture.height / 2 * frame.picture.width + frame.picture.width / 2) * 3
            return Int((Double(frame.picture.pixels[middle]) * 219 / 255).rounded())
        }
    }

    private func span(_ start: Double, _ end: Double) -> TimeSpan {
        TimeSpan(start: Self.zero.advanced(bySeconds: start), end: Self.zero.advanced(bySeconds: end))
    }

    @Test(
        "a clip across segments shows the span's pictures and no other",
        arguments: [(7.35, 12.0), (0.0, 3.0), (9.9, 10.1), (-5.0, 50.0), (12.34, 12.56)])
    func cut(start: Double, end: Double) async throws {
        let folder = try ScratchFolder()
        let segments = [
            RecordedSegment(
                path: try render(folder, "b.mp4", first: 100, frames: 100), during: span(10, 20)),
            RecordedSegment(path: try render(folder, "a.mp4", first: 0, frames: 100), during: span(0, 10)),
            RecordedSegment(path: folder.file("gone.mp4").path, during: span(20, 30)),
        ]
        let path = folder.file("clip.mp4").path
        let shown = try ClipCutter.cut(segments, to: span(start, end), into: path)
        let (first, last) = (
            Int((max(0, start) * 10 - 1e-6).rounded(.up)), Int((min(20, end) * 10 - 1e-6).rounded(.up))
        )
        #expect(try await numbers(path) == Array(first..<last))
        #expect(shown?.start == Self.zero.advanced(bySeconds: max(0, start)))
    }

    @Test("with B-frames it begins exactly too")
    func reordered() async throws {
        let folder = try ScratchFolder()
        let segment = RecordedSegment(
            path: try render(folder, "a.mp4", first: 0, frames: 100, bFrames: 2), during: span(0, 10))
        let path = folder.file("clip.mp4").path
        _ = try ClipCutter.cut([segment], to: span(3.3, 6), into: path)
        let found = try await numbers(path)
        #expect(found.first == 33 && Set(found).isSuperset(of: 33..<60) && found.count <= 30, "\(found)")
    }

    @Test("nothing of the span: no clip and no file; a file that is there is not overwritten")
    func nothing() async throws {
        let folder = try ScratchFolder()
        let segment = RecordedSegment(path: try render(folder, "a.mp4", first: 0, frames: 20), during: span(0, 2))
        let path = folder.file("clip.mp4").path
        #expect(try ClipCutter.cut([segment], to: span(5, 9), into: path) == nil)
        #expect(!FileManager.default.fileExists(atPath: path))
        try Data([1]).write(to: folder.file("clip.mp4"))
        #expect(throws: IngestError.self) { try ClipCutter.cut([segment], to: span(0, 1), into: path) }
    }

    /// Watches `clip` for `seconds` and keeps what `keeping` says; the segments that were reported.
    private func watch(
        _ clip: String?, seconds: Double, _ keeping: RecordingPlan.Keeping
    ) async throws -> [RecordedSegment] {
        let news = Locked<[RecordedSegment]>([])
        let plan = RecordingPlan(keeping: keeping, segmentSeconds: 3) { item in
            if case .segment(let segment) = item { news.withLock { $0.append(segment) } }
        }
        let server = try RTSPServer(clip: clip)
        let source = LiveSource(try StreamAddress(server.url()), configuration: quickStream, recording: plan)
        await source.withItems { items in
            var first: WallTime?
            for await item in items {
                guard case .frame(let frame) = item else { continue }
                let begin = first ?? frame.time
                first = begin
                if frame.time.seconds(since: begin) >= seconds { break }
            }
        }
        return news.withLock { $0 }
    }

    @Test("packets become segments that follow each other, begin with a key frame and hold every picture")
    func segments() async throws {
        let folder = try ScratchFolder()
        let segments = try await watch(nil, seconds: 10, .segments(folder: folder.url.path))
        #expect(segments.count >= 3, "\(segments)")
        for (one, next) in zip(segments, segments.dropFirst()) {
            #expect(abs(next.during.start.seconds(since: one.during.end)) < 0.1, "\(one) \(next)")
        }
        var frames = 0
        for segment in segments {
            let recording = try await read(segment.path, everyFrame)
            #expect(recording.statistics.errors == 0)
            #expect(abs((recording.probe.durationSeconds ?? 0) - segment.during.seconds) < 0.2, "\(segment)")
            frames += recording.frames.count
        }
        let seconds = segments.reduce(0) { $0 + $1.during.seconds }
        #expect(abs(Double(frames) - seconds * 12) <= 2, "\(frames) in \(seconds)")
        // What a killed process leaves can be read up to its last fragment.
        let whole = try #require(segments.dropFirst().first)
        let bytes = try Data(contentsOf: URL(filePath: whole.path))
        let torn = folder.file("\(whole.during.start.microseconds)-1-1.part").path
        try bytes.prefix(bytes.count * 3 / 5).write(to: URL(filePath: torn))
        let rest = try #require(RecordedSegment.recovered(at: torn))
        #expect(rest.during.start == whole.during.start && rest.during.seconds < whole.during.seconds)
        #expect(rest.during.seconds >= 0.9)
        let empty = folder.file("1-1-2.part").path
        try Data("nothing".utf8).write(to: URL(filePath: empty))
        #expect(RecordedSegment.recovered(at: empty) == nil)
    }

    @Test("pictures of a live stream with B-frames keep their order and their distance")
    func reorderedLive() async throws {
        let folder = try ScratchFolder()
        let clip = try render(folder, "live.mp4", first: 0, frames: 150, bFrames: 2)
        let segments = try await watch(clip, seconds: 8, .segments(folder: folder.url.path))
        let segment = try #require(segments.first)
        let shown = try await read(segment.path, everyFrame).frames
        #expect(shown.count > 20, "\(segments)")
        let numbers = try await numbers(segment.path)
        #expect(numbers == Array(0..<numbers.count), "\(numbers)")
        let steps = zip(shown.dropFirst(), shown).map { $0.time.seconds - $1.time.seconds }
        #expect(steps.allSatisfy { abs($0 - 0.1) < 0.011 }, "\(steps)")
    }

    @Test("a masked camera's pictures are encoded anew, and what the mask covers is in no file")
    func masked() async throws {
        let folder = try ScratchFolder()
        let clip = folder.file("secret.mp4").path
        try FaultyClip.secret(seconds: 30, at: clip)
        let ring = PacketRing(seconds: 60)
        #expect(try await watch(clip, seconds: 6, .memory(ring)).isEmpty)
        let all = TimeSpan(start: WallTime(microseconds: 0), end: WallTime(microseconds: .max / 2))
        let groups = ring.groups(in: [all])
        #expect(groups.count >= 5)
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["secret.mp4"])
        let mask = PrivacyMask([FaultyClip.secretArea.map { PrivacyMask.Point(x: $0.0, y: $0.1) }])
        let recorder = MaskedRecorder(mask: mask, folder: folder.url.path)
        let segments = try await recorder.write(groups)
        let segment = try #require(segments.first)
        #expect(segments.count == 1 && segment.during.start == groups.first?.during.start)
        let size = IngestConfiguration(analyseFPS: 1000, pictureLimit: PictureSize(width: 640, height: 640))
        let recording = try await read(segment.path, size)
        #expect(abs(Double(recording.frames.count) - segment.during.seconds * 12) <= 2)
        #expect(recording.statistics.errors == 0)
        for frame in recording.frames {
            #expect(FaultyClip.secretPixels(in: frame.picture) == 0)
            // The rest is there: the pattern is bright.
            #expect(frame.picture.pixels.max() ?? 0 > 200)
        }
        // The measure itself finds what is there without a mask.
        let open = try await read(clip, size)
        #expect(open.frames.allSatisfy { FaultyClip.secretPixels(in: $0.picture) > 1000 })
    }

    @Test("a ring keeps its seconds and no more")
    func ring() async throws {
        let ring = PacketRing(seconds: 2)
        _ = try await watch(nil, seconds: 6, .memory(ring))
        let all = TimeSpan(start: WallTime(microseconds: 0), end: WallTime(microseconds: .max / 2))
        let groups = ring.groups(in: [all])
        let seconds = groups.reduce(0) { $0 + $1.during.seconds }
        #expect(seconds >= 1.5 && seconds <= 3.6, "\(seconds)")
        #expect(ring.oldestNumber ?? 0 >= 2 && ring.newest == groups.last?.during.end)
    }
}
