import Foundation
import TestSupport
import Testing

/// Every clip of the media folder, through the program.
@Suite("Ingest of the clip folder", .tags(.media), .timeLimit(.minutes(10)), .serialized)
struct ClipFolderTests {
    @Test(
        "a clip is analysed without error, at the rate asked for, and adds nothing the second time", arguments: clips())
    func clip(file: URL) throws {
        let folder = try ScratchFolder()
        let arguments = [
            "ingest", file.path, "--camera", "gate", "--query", "a person", "--state", folder.file("state").path,
        ]
        let outcome = try AlertdProgram.run(arguments)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let first = try IngestLine.last(of: outcome)
        #expect(first.errors == 0)
        #expect(abs(Double(first.framesAnalysed) - first.mediaSeconds) <= 1)
        let before = try EventRow.list(state: folder)
        let second = try IngestLine.last(of: AlertdProgram.run(arguments))
        #expect(second.events == 0 && second.mediaSeconds == first.mediaSeconds)
        #expect(try EventRow.list(state: folder) == before)
    }

    /// The clips of `videos/`, or the bundled one when there is no such folder.
    private static func clips() -> [URL] {
        let folder = Fixtures.media?.appending(path: "videos")
        let names = folder.flatMap { try? FileManager.default.contentsOfDirectory(atPath: $0.path) } ?? []
        let media = names.sorted().filter {
            ["mp4", "avi", "mkv", "webm", "ts", "mov"].contains(URL(filePath: $0).pathExtension)
        }
        guard let folder, !media.isEmpty else {
            print("no folder of clips: only the bundled clip is analysed")
            return [Fixtures.root.appending(path: "share/demo/yard.mp4")]
        }
        return media.map { folder.appending(path: $0) }
    }
}
