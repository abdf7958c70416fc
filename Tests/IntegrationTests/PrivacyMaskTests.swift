import Foundation
import TestSupport
import Testing

/// What lies below a mask must leave no trace: recordings that differ nowhere else give the same bytes in every file and the
/// same rows.
@Suite("Privacy masks of recordings", .tags(.integration), .timeLimit(.minutes(10)), .serialized)
struct PrivacyMaskTests {
    private static let begin = "2026-05-01T12:00:00Z"
    /// Covers the part that differs, and the pixels around it that a scaler mixes with it.
    private static let mask = "[[[0, 0.52], [0.34, 0.52], [0.34, 1], [0, 1]]]"

    /// What one ingest left.
    private struct Traces: Equatable {
        /// Encodings: what every network said of every picture.
        let files: [String: Data]
        let events: [EventRow]
        let scores: String
    }

    @Test("nothing that any network makes of a masked recording depends on what the mask covers")
    func noTrace() throws {
        let folder = try ScratchFolder()
        let recordings = try ["testsrc2", "mandelbrot"].map { try Self.render($0, in: folder) }
        let masked = try recordings.map { try traces(of: $0, mask: Self.mask) }
        #expect(masked[0] == masked[1])
        #expect(!masked[0].files.isEmpty && !masked[0].events.isEmpty && masked[0].scores.contains("score"))
        let open = try recordings.map { try traces(of: $0, mask: "[]") }
        #expect(open[0].files != open[1].files && open[0].files != masked[0].files, "the measure finds nothing")
    }

    /// The bundled scene with a moving pattern in its lower left part, coded without loss, so that the rest is the same.
    private static func render(_ pattern: String, in folder: ScratchFolder) throws -> String {
        let path = folder.file(pattern + ".mp4").path
        try FFmpegProgram.run([
            "-t", "30", "-i", Fixtures.root.appending(path: "share/demo/yard.mp4").path, "-f", "lavfi", "-i",
            "\(pattern)=s=200x160:r=12.5", "-filter_complex", "[0][1]overlay=x=0:y=200:shortest=1", "-an", "-c:v",
            "libx264", "-preset", "ultrafast", "-qp", "0", "-g", "12", "-pix_fmt", "yuv420p", path,
        ])
        return path
    }

    private func traces(of recording: String, mask: String) throws -> Traces {
        let folder = try ScratchFolder()
        let state = folder.file("state")
        let text = """
            database: embedded
            state: \(state.path)
            cameras: { yard: { url: "rtsp://192.0.2.1/a", masks: \(mask) } }

            """
        let configuration = try folder.write("alertd.yaml", Data(text.utf8))
        let outcome = try AlertdProgram.run([
            "ingest", recording, "--camera", "yard", "--start", Self.begin, "--query",
            "a person walks through the yard",
            "--query", "a car drives through the yard", "--config", configuration,
        ])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let encodings = state.appending(path: "encodings").path
        var files: [String: Data] = [:]
        for file in try FileManager.default.subpathsOfDirectory(atPath: encodings) where file.hasSuffix(".enc") {
            files[file] = FileManager.default.contents(atPath: encodings + "/" + file)
        }
        let scores = try AlertdProgram.run(["anomalies", "--json", "--config", configuration])
        #expect(scores.status == 0, "\(scores.errors)")
        return Traces(
            files: files, events: try EventRow.list(state: folder).map(\.withoutID), scores: scores.output)
    }
}
