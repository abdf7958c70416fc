import Base
import Foundation
import Ingest
import TestSupport
import Testing

@Suite("Bundled media", .timeLimit(.minutes(10)))
struct BundledMediaTests {
    @Test(
        "gives 100 frames, 4 seconds and 4 samples in every container",
        arguments: [
            "bframes.mp4", "plain.mkv", "plain.avi", "plain.ts", "vp9.webm",
        ])
    func containers(name: String) async throws {
        let recording = try await read(bundled(name))
        let statistics = recording.statistics
        #expect(statistics.frames == 100 && statistics.framesAnalysed == 4)
        #expect(abs(statistics.mediaSeconds - 4) < 0.002)
        #expect(statistics.errors == 0 && statistics.runs == 1)
        #expect(recording.frames.map(\.sequence) == [0, 25, 50, 75])
        #expect(recording.seconds.elementsEqual([0, 1, 2, 3]) { abs($0 - $1) < 0.002 })
        #expect(recording.frames.allSatisfy { $0.isIntact && $0.picture.width == 160 && $0.picture.height == 120 })
    }

    @Test("follows a variable frame rate")
    func variableRate() async throws {
        // 25 frames in the first second, then every second one
        let recording = try await read(bundled("vfr.mp4"), IngestConfiguration(analyseFPS: 2))
        #expect(recording.statistics.frames == 62)
        #expect(recording.seconds.elementsEqual([0, 0.52, 1.04, 1.52, 2, 2.56, 3.04, 3.52]) { abs($0 - $1) < 0.05 })
    }

    @Test("reads on when sizes and times change, as a new run")
    func restart() async throws {
        let recording = try await read(bundled("restart.ts"))
        let statistics = recording.statistics
        #expect(statistics.runs == 2 && statistics.frames == 100)
        #expect(statistics.decodedSizes.map(\.description) == ["160x120", "240x136"])
        #expect(recording.frames.map(\.run) == [0, 0, 1, 1])
        #expect(recording.frames.map(\.picture.width) == [160, 160, 240, 240])
        #expect(recording.seconds.elementsEqual([0, 1, 2, 3]) { abs($0 - $1) < 0.05 })
        #expect(abs(statistics.mediaSeconds - 4) < 0.1)
    }

    /// The colour in the middle of each quarter of a picture: red R, green G, blue B, white W.
    private func quarters(_ picture: Picture) -> String {
        String(
            [(1, 1), (3, 1), (1, 3), (3, 3)].map { x, y in
                let at = (picture.height * y / 4 * picture.width + picture.width * x / 4) * 3
                let isHigh = picture.pixels[at..<at + 3].map { $0 > 128 }
                return isHigh == [true, false, false]
                    ? "R"
                    : isHigh == [false, true, false]
                        ? "G" : isHigh == [false, false, true] ? "B" : isHigh == [true, true, true] ? "W" : "?"
            })
    }

    @Test(
        "stands pictures upright",
        arguments: [
            ("upright.mp4", "RGBW", 160), ("rotated90.mp4", "GWRB", 120), ("rotated180.mp4", "WBGR", 160),
            ("rotated270.mp4", "BRWG", 120),
        ])
    func upright(name: String, colours: String, width: Int) async throws {
        let picture = try #require(try await read(bundled(name)).frames.first?.picture)
        #expect(quarters(picture) == colours && picture.width == width)
    }

    @Test("makes pixels square")
    func anamorphic() async throws {
        // 180 × 144 with pixels 16:11 is 261.8 × 144; the height shrinks instead of the width growing
        let picture = try #require(try await read(bundled("anamorphic.mp4")).frames.first?.picture)
        #expect(picture.width == 180 && picture.height == 99)
    }

    @Test("respects matrix and range of the colours")
    func colours() async throws {
        let picture = try #require(try await read(bundled("full_range.mp4")).frames.first?.picture)
        let middle = (32 * 64 + 32) * 3
        let colour = picture.pixels[middle..<middle + 3].map { Int($0) }
        #expect(zip(colour, [0x80, 0x40, 0xC0]).allSatisfy { abs($0 - $1) <= 2 }, "\(colour)")
    }

    @Test("never enlarges and fits the limit")
    func limit() async throws {
        let configuration = IngestConfiguration(pictureLimit: PictureSize(width: 50, height: 50))
        let picture = try #require(try await read(bundled("upright.mp4"), configuration).frames.first?.picture)
        #expect(picture.width == 50 && picture.height == 38)
    }

    @Test("gives the same frames on one thread and on two")
    func threads() async throws {
        var one = everyFrame
        one.decoderThreads = 1
        let single = try await read(bundled("bframes.mp4"), one)
        let double = try await read(bundled("bframes.mp4"), everyFrame)
        let isSame = single.frames.map(\.picture) == double.frames.map(\.picture)
        #expect(isSame && single.frames.map(\.time) == double.frames.map(\.time))
    }

    @Test(
        "gives the same frames when a device is asked for that is missing or cannot decode them",
        arguments: [DecodeDevice.vaapi, .cuda], ["bframes.mp4", "plain.avi", "vp9.webm"])
    func device(device: DecodeDevice, name: String) async throws {
        var wanted = everyFrame
        wanted.device = device
        let (asked, plain) = (try await read(bundled(name), wanted), try await read(bundled(name), everyFrame))
        #expect(asked.frames.map(\.time) == plain.frames.map(\.time))
        let used = asked.statistics.device
        #expect((used == .software) == (asked.statistics.deviceFailure?.hasPrefix(device.rawValue) == true))
        // On a machine that has the device pictures may differ in rounding.
        #expect(used == device || asked.frames.map(\.picture) == plain.frames.map(\.picture))
        #expect(plain.statistics.device == .software && plain.statistics.deviceFailure == nil)
    }

    @Test("names the codec that a device cannot decode")
    func deviceWithoutCodec() async throws {
        let folder = try ScratchFolder()
        let path = folder.file("lossless.mkv").path
        try FFmpegProgram.run(["-f", "lavfi", "-i", "testsrc2=s=64x48:r=10:d=1", "-c:v", "ffv1", path])
        var wanted = everyFrame
        wanted.device = .vaapi
        let recording = try await read(path, wanted)
        #expect(recording.frames.count == 10 && recording.statistics.device == .software)
        #expect(recording.statistics.deviceFailure == "vaapi: libavcodec decodes no ffv1 there")
    }

    @Test("refuses impossible configurations with every problem named")
    func configuration() async throws {
        let file = try MediaFile(path: bundled("upright.mp4"))
        let wrong = IngestConfiguration(analyseFPS: 0, decoderThreads: 0)
        #expect(wrong.validate().count == 2)
        await #expect(throws: IngestError.invalidConfiguration(problems: wrong.validate())) {
            try await FileSource(file, configuration: wrong)
        }
    }

    @Test("tells versions and licence of the libraries")
    func libraries() {
        #expect(FFmpegLibraries.versions.map(\.name) == ["libavformat", "libavcodec", "libavutil", "libswscale"])
        #expect(FFmpegLibraries.licence.contains("GPL"))
        #expect(!FFmpegLibraries.release.isEmpty)
    }
}
