import Base
import Foundation
import Pipeline
import TestSupport
import Testing

/// A sequence of pictures and what the reference (`Starter/starter/foreground.py`) makes of it.
private struct Golden: Decodable {
    struct Settings: Decodable {
        let columns: Int
        let look: Int
    }
    struct Region: Decodable {
        let box: [Int]
        let area: Int
    }
    struct Frame: Decodable {
        let picture: Data
        let flooded: Bool
        let regions: [Region]
        let background: Data?
        let looks: [Data]?
    }
    let settings: Settings
    let width: Int
    let height: Int
    let frames: [Frame]
}

@Suite("Foreground")
struct ForegroundTests {
    @Test("regions, background and looks equal the reference's", .tags(.parity), arguments: goldenFiles())
    func reference(file: URL) throws {
        let golden = try JSONDecoder().decode(Golden.self, from: Data(contentsOf: file))
        var settings = ForegroundSettings()
        settings.columns = golden.settings.columns
        settings.look = golden.settings.look
        var background = BackgroundPicture(settings)
        for (index, frame) in golden.frames.enumerated() {
            let picture = Picture(width: golden.width, height: golden.height, pixels: [UInt8](frame.picture))
            let seen = background.advance(picture)
            #expect(seen.isFlooded == frame.flooded, "frame \(index)")
            let boxes = seen.regions.map { [$0.box.left, $0.box.top, $0.box.right, $0.box.bottom] }
            #expect(boxes == frame.regions.map(\.box), "frame \(index)")
            #expect(seen.regions.map(\.area) == frame.regions.map(\.area), "frame \(index)")
            if let expected = frame.background {
                expectEqual(background.values ?? [], floats(expected), "background of frame \(index)")
            }
            if let expected = frame.looks {
                let looks = LookCrop(settings).looks(at: picture, seen)
                #expect(looks.count == expected.count, "frame \(index)")
                for (ours, theirs) in zip(looks, expected) {
                    expectEqual(ours.pixels.values, floats(theirs), "look of frame \(index)")
                }
            }
        }
    }

    @Test("a change of light alone is no foreground")
    func light() {
        var background = BackgroundPicture()
        for level in [UInt8(60), 70, 90, 120] {
            let picture = Picture(width: 64, height: 36, pixels: [UInt8](repeating: level, count: 64 * 36 * 3))
            let seen = background.advance(picture)
            #expect(seen.regions.isEmpty && !seen.isFlooded)
        }
    }

    @Test("a picture of one pixel has a look")
    func onePixel() {
        var background = BackgroundPicture()
        let picture = Picture(width: 1, height: 1, pixels: [1, 2, 3])
        _ = background.advance(picture)
        let looks = LookCrop().looks(at: picture, background.advance(picture))
        #expect(looks.count == 1)
        #expect(looks[0].box == .whole)
    }

    private func floats(_ data: Data) -> [Float] {
        data.withUnsafeBytes { raw in
            (0..<(raw.count / 4)).map { raw.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
        }
    }

    private func expectEqual(_ ours: [Float], _ theirs: [Float], _ what: String) {
        #expect(ours.count == theirs.count, "\(what)")
        let largest = zip(ours, theirs).map { abs($0 - $1) }.max() ?? .infinity
        #expect(largest <= 1e-3, "\(what)")
    }

    private static func goldenFiles() -> [URL] {
        let folder = Fixtures.folder.appending(path: "foreground")
        let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
        return names.filter { $0.hasSuffix(".json") }.sorted().map { folder.appending(path: $0) }
    }
}
