import Base
import Foundation
import Ingest
import TestSupport
import Testing

@Suite("JPEG pictures", .timeLimit(.minutes(10)))
struct JPEGEncoderTests {
    /// Left half red, right half blue, with odd sides.
    private let picture: Picture = {
        let (width, height) = (81, 37)
        let row = (0..<width).flatMap { $0 < 40 ? [UInt8](arrayLiteral: 220, 20, 20) : [10, 30, 200] }
        return Picture(width: width, height: height, pixels: Array(repeatElement(row, count: height).joined()))
    }()

    @Test("a picture survives being written and read")
    func roundTrip() async throws {
        let bytes = try JPEGEncoder.encode(picture, source: RedactedURL("test"))
        #expect(bytes.starts(with: [0xff, 0xd8, 0xff]) && bytes.suffix(2) == [0xff, 0xd9])
        let folder = try ScratchFolder()
        // A film of one picture is the simplest reader at hand.
        let film = folder.file("film.avi").path
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/ffmpeg")
        process.arguments = [
            "-nostdin", "-v", "error", "-f", "mjpeg", "-i", try folder.write("a.jpg", Data(bytes)), "-c", "copy", film,
        ]
        try process.run()
        process.waitUntilExit()
        let source = try await FileSource(try MediaFile(path: film), configuration: IngestConfiguration())
        let read = try await source.withFrames { frames in try await frames.next() }
        let shown = try #require(read?.picture)
        #expect(shown.width == 81 && shown.height == 37)
        for (column, colour) in [(10, [220, 20, 20]), (70, [10, 30, 200])] {
            let start = (18 * 81 + column) * 3
            for channel in 0..<3 {
                #expect(abs(Int(shown.pixels[start + channel]) - colour[channel]) < 12, "\(column), \(channel)")
            }
        }
    }

    @Test("a coarser quantiser gives fewer bytes, and an impossible one the nearest possible")
    func quantiser() throws {
        let noise = (0..<(64 * 64 * 3)).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
        let picture = Picture(width: 64, height: 64, pixels: noise)
        let sizes = try [-5, 2, 31, 99].map {
            try JPEGEncoder.encode(picture, quantiser: $0, source: RedactedURL("test")).count
        }
        #expect(sizes[0] == sizes[1] && sizes[2] == sizes[3] && sizes[2] < sizes[1] / 2)
    }

    @Test("a picture of one pixel and one that is too large")
    func sizes() throws {
        let dot = Picture(width: 1, height: 1, pixels: [1, 2, 3])
        #expect(try JPEGEncoder.encode(dot, source: RedactedURL("test")).count > 100)
        let ribbon = Picture(width: 70_000, height: 1, pixels: [UInt8](repeating: 0, count: 210_000))
        #expect(throws: IngestError.self) { try JPEGEncoder.encode(ribbon, source: RedactedURL("test")) }
    }
}
