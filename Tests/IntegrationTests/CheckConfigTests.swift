import Foundation
import TestSupport
import Testing

@Suite("alertd check-config", .tags(.integration), .timeLimit(.minutes(10)))
struct CheckConfigTests {
    private static let wrong = """
        cameras:
          gate: { url: "rtsp://user:${GATE_PASSWORD}@192.0.2.10:99999/s", analyze_fps: 1 }
        queries: { q: { text: 5 } }
        """

    @Test("a right file is printed with its defaults and without its secrets")
    func right() throws {
        let folder = try ScratchFolder()
        let text = "cameras: { gate: { url: 'rtsp://user:${GATE_PASSWORD}@192.0.2.10/s' } }\nstate: /srv/alertd\n"
        let file = try folder.write("alertd.yaml", Data(text.utf8))
        let credentials = folder.file("credentials")
        try FileManager.default.createDirectory(at: credentials, withIntermediateDirectories: false)
        try Data("very-secret\n".utf8).write(to: credentials.appending(path: "GATE_PASSWORD"))
        let outcome = try AlertdProgram.run(
            ["check-config", "--config", file], environment: ["CREDENTIALS_DIRECTORY": credentials.path])
        #expect(outcome.status == 0 && outcome.errors.isEmpty, "\(outcome.errors)")
        #expect(
            outcome.output.contains("url: \"rtsp://***@192.0.2.10/s\"") && outcome.output.contains("analyse_fps: 1"))
        #expect(!outcome.output.contains("very-secret"))
        let again = try AlertdProgram.run([
            "check-config", "--config", try folder.write("b", Data(outcome.output.utf8)),
        ])
        #expect(again.output == outcome.output)
    }

    @Test("a wrong file gives a line for every fault and exit code 78")
    func wrongFile() throws {
        let folder = try ScratchFolder()
        let file = try folder.write("alertd.yaml", Data(Self.wrong.utf8))
        let environment = ["GATE_PASSWORD": "very-secret"]
        let outcome = try AlertdProgram.run(["check-config", "--config", file], environment: environment)
        #expect(outcome.status == 78 && outcome.output.isEmpty)
        #expect(outcome.errorLines.count == 3, "\(outcome.errors)")
        #expect(outcome.errorLines.allSatisfy { $0.hasPrefix(file + ":") })
        #expect(!outcome.errors.contains("very-secret"))
        let json = try AlertdProgram.run(["check-config", "--json"], environment: ["ALERTD_CONFIG": file])
        #expect(json.status == 78 && json.lines.count == 3)
        #expect(json.output.contains(#""key":"cameras.gate.analyze_fps""#), "\(json.output)")
    }

    @Test("a missing file is a bad configuration, and a wrong option too")
    func missing() throws {
        let missing = try AlertdProgram.run(["check-config", "--config", "/nonexistent/alertd.yaml"])
        #expect(missing.status == 78 && missing.errorLines.count == 1)
        let folder = try ScratchFolder()
        let option = try AlertdProgram.run(
            ["check-config", "--config", try folder.write("a", Data()), "--database", "mysql://a:very-secret@b"])
        #expect(option.status == 78 && option.errors.hasPrefix("option --database: database:"))
        #expect(!option.errors.contains("very-secret"))
    }

    @Test("the reference and the schema are printed as they stand in the repository")
    func generated() throws {
        for (flag, path) in [
            ("--print-reference", "docs/ref/config.md"), ("--print-schema", "share/alertd.schema.json"),
        ] {
            let stored = try String(contentsOf: Fixtures.root.appending(path: path), encoding: .utf8)
            #expect(try AlertdProgram.run(["check-config", flag]).output == stored)
        }
    }
}
