import Foundation
import Store

/// What encodings take on the disk, from the files of a state directory: per camera and day at one frame a second, and what
/// it would be without still runs.
struct EncodingRoom {
    let stateDirectory: String

    func printLines() throws {
        let folder = stateDirectory + "/encodings"
        var (bytes, frames, stills, whole) = (0, 0, 0, 0.0)
        for name in try FileManager.default.subpathsOfDirectory(atPath: folder) where name.hasSuffix(".enc") {
            let data = try Data(contentsOf: URL(filePath: folder + "/" + name))
            let count = try EncodingCensus(data)
            bytes += data.count
            frames += count.frames + count.stills
            stills += count.stills
            whole += Double(count.frameBytes) / Double(max(1, count.frames)) * Double(count.stills)
        }
        guard frames > 0 else { throw CocoaError(.fileReadNoSuchFile) }
        let perFrame = Double(bytes) / Double(frames)
        StoreBench.say(
            "encodings",
            [
                ("frames", Double(frames)), ("still_share", Double(stills) / Double(frames)),
                ("bytes_per_frame", perFrame), ("mb_per_camera_day", perFrame * 86_400 / 1e6),
                ("saved_by_still_runs", whole / (Double(bytes) + whole)),
                ("gb_30_days_16_cameras", perFrame * 86_400 * 30 * 16 / 1e9),
            ])
    }
}

/// Counts the records of a file of encodings by their markers (docs: `EncodingFormat`).
struct EncodingCensus {
    private(set) var frames = 0
    private(set) var frameBytes = 0
    private(set) var stills = 0

    init(_ data: Data) throws {
        var position = EncodingFormat.headerSize
        while position + EncodingFormat.recordHeaderSize <= data.count {
            let size = (0..<4).reduce(0) { $0 | Int(data[position + 4 + $1]) << (8 * $1) }
            switch data[position + 3] {
            case UInt8(ascii: "F"):
                frames += 1
                frameBytes += size + EncodingFormat.recordHeaderSize
            case UInt8(ascii: "S"): stills += (size - 16) / 4
            default: break
            }
            position += size + EncodingFormat.recordHeaderSize
        }
    }
}
