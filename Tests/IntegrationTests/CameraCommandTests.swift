import Foundation
import TestSupport
import Testing

@Suite("alertd camera", .tags(.integration), .timeLimit(.minutes(5)), .serialized)
struct CameraCommandTests {
    private struct Listed: Decodable, Equatable {
        let camera: String
        let url: String
        let lastWatched: String?
        let blindReason: String?
        let blindSince: String?
    }

    private struct Probed: Decodable {
        let url: String
        let codec: String
        let width: Int
        let height: Int
        let framesPerSecond: Double?
        let gopFrames: Double?
        let gopSeconds: Double?
        let clock: String
        let clockErrorSeconds: Double?
        let decodeMode: String
        let cpuShare: Double
    }

    private func decode<T: Decodable>(_ line: some StringProtocol) throws -> T {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(T.self, from: Data(line.utf8))
    }

    @Test("the list joins the configuration with what is stored")
    func list() throws {
        let database = try CommandDatabase()
        let text = """
            cameras:
              gate: { url: "rtsp://cam:very-secret@192.0.2.10/a?token=very-secret" }
              door: { url: "rtsp://192.0.2.11/b" }
            """
        let file = try database.folder.write("alertd.yaml", Data(text.utf8))
        try database.sql(
            "SELECT alertd.record_coverage('gate', '2026-05-01T12:00:00Z', '2026-05-01T12:01:00Z')")
        try database.record("blind:no_stream", 60, 90, key: "a", isOpen: true)
        let outcome = try database.run(["camera", "list", "--json", "--config", file])
        #expect(outcome.status == 0, "\(outcome.errors)")
        let listed: [Listed] = try outcome.lines.map(decode)
        #expect(
            listed == [
                Listed(
                    camera: "gate", url: "rtsp://***@192.0.2.10/a?***", lastWatched: "2026-05-01T12:01:00.000Z",
                    blindReason: "no_stream", blindSince: "2026-05-01T12:01:00.000Z"),
                Listed(camera: "door", url: "rtsp://192.0.2.11/b", lastWatched: nil, blindReason: nil, blindSince: nil),
            ])
        let table = try database.run(["camera", "list", "--config", file])
        #expect(table.lines.count == 3 && table.output.contains("never"), "\(table.output)")
        #expect(!table.output.contains("very-secret"))
    }

    @Test("a probe measures codec, size, rate and group of pictures, wherever the address comes from")
    func probe() throws {
        let server = try RTSPServer()
        let folder = try ScratchFolder()
        let text = "cameras: { gate: { url: '\(server.url())' } }\n"
        let file = try folder.write("alertd.yaml", Data(text.utf8))
        let arguments = ["camera", "probe", "--json", "--seconds", "3", "--config", file]
        let outcomes = [
            try AlertdProgram.run(arguments + [server.url()]), try AlertdProgram.run(arguments + ["gate"]),
            try AlertdProgram.run(arguments + ["-"], input: server.url() + "\n"),
            try AlertdProgram.run(arguments, environment: ["ALERTD_CAMERA_URL": server.url()]),
        ]
        for outcome in outcomes {
            #expect(outcome.status == 0 && outcome.lines.count == 1, "\(outcome.errors)")
            let probed: Probed = try decode(try #require(outcome.lines.first))
            #expect(probed.url == server.url() && probed.codec == "h264")
            #expect(["arrival", "camera"].contains(probed.clock) && probed.clockErrorSeconds.map { $0 < 3 } == true)
            #expect(["key_frames", "gop_prefix", "full"].contains(probed.decodeMode) && probed.cpuShare > 0)
            #expect(probed.width == 640 && probed.height == 360)
            #expect(abs(try #require(probed.framesPerSecond) - 12) < 1.5)
            #expect(probed.gopFrames == 12)
            #expect(abs(try #require(probed.gopSeconds) - 1) < 0.01)
        }
        let page = try AlertdProgram.run(["camera", "probe", "--seconds", "2", server.url()])
        #expect(
            page.status == 0 && page.output.contains("GOP      12.0 frames, 1.0 s")
                && page.output.contains("decoding "), "\(page.output)")
    }

    @Test("a camera that cannot be probed exits with 69 and says why in one line")
    func unreachable() throws {
        let server = try RTSPServer(.digest(user: "cam", password: "right"))
        let refusing = try SilentPort(.refuses)
        let cases = [
            (server.url(credentials: "cam:wrong-word"), "401"),
            (server.url("nowhere", credentials: "cam:right"), "404"),
            ("rtsp://127.0.0.1:\(refusing.number)/a", "refused"), ("rtsp://nowhere.invalid/a", "unknown host"),
        ]
        for (url, words) in cases {
            let outcome = try AlertdProgram.run(["camera", "probe", url])
            #expect(
                outcome.status == 69 && outcome.errorLines.count == 1 && outcome.output.isEmpty, "\(outcome.errors)")
            #expect(outcome.errors.localizedCaseInsensitiveContains(words), "\(outcome.errors)")
            #expect(!outcome.errors.contains("wrong-word"))
        }
    }

    @Test("an address that is none, and none at all, are wrong usage")
    func usage() throws {
        for address in ["gate", "gopher://127.0.0.1/a", "rtsp://", "-"] {
            let outcome = try AlertdProgram.run(["camera", "probe", address])
            #expect(outcome.status == 64 && outcome.errorLines.count == 1, "\(outcome.errors)")
        }
        let none = try AlertdProgram.run(["camera", "probe"], environment: ["ALERTD_CAMERA_URL": ""])
        #expect(none.status == 64 && none.errors.contains("ALERTD_CAMERA_URL"), "\(none.errors)")
        #expect(try AlertdProgram.run(["camera", "snapshot", "gate", "--config", "/dev/null"]).status == 64)
    }

    @Test("a snapshot is a JPEG picture with the masks painted over")
    func snapshot() throws {
        let server = try RTSPServer()
        let folder = try ScratchFolder()
        let whole = "[[[0,0],[1,0],[1,1],[0,1]]]"
        let text = """
            cameras:
              gate: { url: '\(server.url())' }
              hidden: { url: '\(server.url())', masks: \(whole) }
            """
        let file = try folder.write("alertd.yaml", Data(text.utf8))
        let picture = folder.file("gate.jpg")
        let outcome = try AlertdProgram.run(
            ["camera", "snapshot", "gate", "--config", file, "--output", picture.path])
        #expect(outcome.status == 0 && outcome.output.isEmpty, "\(outcome.errors)")
        let bytes = try Data(contentsOf: picture)
        #expect(bytes.starts(with: [0xff, 0xd8, 0xff]) && bytes.suffix(2) == Data([0xff, 0xd9]))
        let masked = try AlertdProgram.run(["camera", "snapshot", "hidden", "--config", file, "--output", "-"])
        #expect(masked.status == 0 && masked.outputBytes.starts(with: [0xff, 0xd8, 0xff]), "\(masked.errors)")
        // One colour throughout takes a fraction of the bytes of the test picture.
        #expect(masked.outputBytes.count * 3 < bytes.count, "\(masked.outputBytes.count) of \(bytes.count)")
    }

    @Test("a snapshot that fails leaves no new file, and an old one as it was")
    func failedSnapshot() throws {
        let refusing = try SilentPort(.refuses)
        let folder = try ScratchFolder()
        let text = "cameras: { gate: { url: 'rtsp://127.0.0.1:\(refusing.number)/a' } }\n"
        let file = try folder.write("alertd.yaml", Data(text.utf8))
        let arguments = ["camera", "snapshot", "gate", "--config", file, "--output"]
        let old = try folder.write("old.jpg", Data("old".utf8))
        #expect(try AlertdProgram.run(arguments + [old]).status == 69)
        #expect(try Data(contentsOf: folder.file("old.jpg")) == Data("old".utf8))
        #expect(try AlertdProgram.run(arguments + ["/nonexistent/a.jpg"]).status == 2)
    }
}
