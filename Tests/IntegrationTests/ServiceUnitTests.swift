import Foundation
import TestSupport
import Testing

@Suite("The unit file", .tags(.integration), .timeLimit(.minutes(10)))
struct ServiceUnitTests {
    private static let analyser = "/usr/bin/systemd-analyze"
    private static let isInstalled = FileManager.default.isExecutableFile(atPath: analyser)
    private static let why: Comment = "systemd-analyze is not installed; run: apt-get install systemd"

    /// Most exposure that `systemd-analyze security` may find, of 10.
    private static let mostExposure = 1.5

    private static var unit: String {
        get throws {
            try String(contentsOf: Fixtures.root.appending(path: "systemd/alertd.service"), encoding: .utf8)
        }
    }

    private func analyse(_ arguments: [String]) throws -> (status: Int32, text: String) {
        let process = Process()
        process.executableURL = URL(filePath: Self.analyser)
        process.arguments = arguments
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        return (process.terminationStatus, text)
    }

    /// The unit with the built program in place of the installed one, which need not be there.
    private func write(_ unit: String, into folder: ScratchFolder) throws -> String {
        let installed = "ExecStart=/usr/bin/alertd "
        #expect(unit.contains(installed))
        let text = unit.replacing(installed, with: "ExecStart=\(AlertdProgram.executable.path) ")
        return try folder.write("alertd.service", Data(text.utf8))
    }

    @Test("systemd finds nothing wrong with it", .enabled(if: isInstalled, why))
    func verify() throws {
        let folder = try ScratchFolder()
        let right = try analyse(["verify", "--man=no", try write(try Self.unit, into: folder)])
        #expect(right.status == 0 && right.text.isEmpty, "\(right.text)")
        let wrong = try Self.unit.replacing("ProtectClock=yes", with: "ProtectClok=yes")
        let refused = try analyse(["verify", "--man=no", try write(wrong, into: folder)])
        #expect(refused.text.contains("ProtectClok"), "\(refused.text)")
    }

    @Test("its exposure is at most 1.5 of 10", .enabled(if: isInstalled, why))
    func exposure() throws {
        let folder = try ScratchFolder()
        let outcome = try analyse([
            "security", "--offline=yes", "--no-pager", try write(try Self.unit, into: folder),
        ])
        let line = try #require(outcome.text.split(separator: "\n").last { $0.contains("Overall exposure level") })
        let words = line.split(separator: " ")
        let figure = try #require(words.compactMap { Double($0) }.first, "\(line)")
        #expect(figure <= Self.mostExposure && figure > 0, "\(line)")
    }

    /// An ingest makes and starts a private cluster, decodes, encodes and writes. Everything it needs is copied to where
    /// an unprivileged user may read it, since a checkout may lie in root's own folder.
    @Test("a private cluster and an ingest work under its system-call rules", .enabled(if: isInstalled, why))
    func sandbox() throws {
        let folder = try ScratchFolder()
        let files = FileManager.default
        let open = folder.file("open")
        try files.createDirectory(at: open, withIntermediateDirectories: false)
        try files.setAttributes([.posixPermissions: 0o777], ofItemAtPath: open.path)
        try files.copyItem(at: AlertdProgram.executable, to: folder.file("alertd"))
        try files.copyItem(at: Fixtures.root.appending(path: "share"), to: folder.file("share"))
        let clip = Fixtures.folder.appending(path: "media/bframes.mp4")
        try files.copyItem(at: clip, to: folder.file("clip.mp4"))
        let process = Process()
        process.executableURL = Fixtures.root.appending(path: "scripts/in-sandbox")
        process.arguments = [
            folder.file("alertd").path, "ingest", folder.file("clip.mp4").path, "--camera", "gate", "--query",
            "a person", "--state", open.appending(path: "state").path,
        ]
        process.currentDirectoryURL = URL(filePath: "/")
        let output = Pipe()
        process.standardOutput = output
        process.standardError = output
        process.standardInput = FileHandle.nullDevice
        try process.run()
        let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
        process.waitUntilExit()
        #expect(process.terminationStatus == 0 && text.contains("\"frames_analysed\":"), "\(text)")
    }

    @Test("it says how alertd is started, told to reload, watched and stopped")
    func manners() throws {
        let lines = Set(try Self.unit.split(separator: "\n").map(String.init))
        for line in [
            "Type=notify", "NotifyAccess=main", "KillMode=mixed", "Restart=on-failure",
            "ExecReload=/bin/kill -HUP $MAINPID", "ExecStart=/usr/bin/alertd run", "User=alertd",
            "StateDirectory=alertd", "CacheDirectory=alertd", "RuntimeDirectory=alertd",
            "#LoadCredential=GATE_PASSWORD:/etc/alertd/credentials/GATE_PASSWORD",
        ] {
            #expect(lines.contains(line), "\(line)")
        }
        #expect(lines.contains { $0.hasPrefix("WatchdogSec=") } && lines.contains { $0.hasPrefix("TimeoutStopSec=") })
    }
}
