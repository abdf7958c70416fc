import Base
import Foundation
import Ingest
import TestSupport

/// Everything that came out of one recording.
struct Recording {
    var frames: [Frame] = []
    var seconds: [Double] = []
    let probe: MediaProbe
    var statistics = IngestStatistics()
}

/// A bundled fixture's path.
func bundled(_ name: String) -> String { Fixtures.folder.appending(path: "media/\(name)").path }

/// Reads a whole recording.
func read(_ path: String, _ configuration: IngestConfiguration = IngestConfiguration()) async throws -> Recording {
    let source = try await FileSource(MediaFile(path: path), configuration: configuration)
    var recording = Recording(probe: source.probe)
    let (frames, seconds) = try await source.withFrames { queue in
        var frames: [Frame] = []
        var seconds: [Double] = []
        for try await frame in queue {
            frames.append(frame)
            seconds.append(source.seconds(of: frame))
        }
        return (frames, seconds)
    }
    (recording.frames, recording.seconds, recording.statistics) = (frames, seconds, source.statistics)
    return recording
}

/// Every frame, as small as thumbnails.
let everyFrame = IngestConfiguration(analyseFPS: 1000, pictureLimit: PictureSize(width: 64, height: 64))

/// Runs `body` with the path of a temporary file that holds `bytes`.
func withTemporaryFile<Result>(_ bytes: Data, _ body: (String) async throws -> Result) async throws -> Result {
    let url = FileManager.default.temporaryDirectory.appending(path: "alertd-\(UUID().uuidString)")
    try bytes.write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    return try await body(url.path)
}
