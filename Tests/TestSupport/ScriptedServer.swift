import Base
public import Foundation
import Glibc

/// A server for tests in a process of its own, on 127.0.0.1: one of the Python scripts beside this file. It can be killed
/// and started again on its port, and keeps a journal of what arrived.
public final class ScriptedServer: Sendable {
    private struct Running {
        let process: Process
        let input: FileHandle
        let port: Int
    }

    /// Its TCP port, the same after ``restart()``.
    public let port: Int

    private let script: String
    private let options: [String]
    private let folder: ScratchFolder
    private let running: Locked<Running>

    /// Starts `script` on a free port.
    public init(_ script: String, _ options: [String] = []) throws {
        (self.script, self.options) = (script, options)
        folder = try ScratchFolder()
        let running = try Self.launch(script, port: 0, journal: folder.file("journal").path, options)
        port = running.port
        self.running = Locked(running)
    }

    deinit { kill() }

    /// An HTTP server; see web-server.py for its pages. With a certificate it speaks HTTPS.
    public static func web(_ certificate: TestCertificate? = nil) throws -> ScriptedServer {
        try ScriptedServer("web-server.py", certificate.map { [$0.certificate, $0.key] } ?? [])
    }

    /// A mail server; see mail-server.py for its options.
    public static func mail(_ options: [String: String] = [:]) throws -> ScriptedServer {
        try ScriptedServer("mail-server.py", options.map { "\($0.key)=\($0.value)" })
    }

    /// Ends the process at once.
    public func kill() {
        running.withLock { running in
            guard running.process.isRunning else { return }
            Glibc.kill(running.process.processIdentifier, SIGKILL)
            running.process.waitUntilExit()
        }
    }

    /// Starts a new process on the same port; the journal goes on.
    public func restart() throws {
        kill()
        try running.withLock { running in
            running = try Self.launch(script, port: port, journal: folder.file("journal").path, options)
        }
    }

    /// What arrived so far: one JSON object each, in order.
    public var journal: [[String: Any]] {
        let text = (try? String(contentsOf: folder.file("journal"), encoding: .utf8)) ?? ""
        // The last line may not be whole yet.
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).dropLast()
        return lines.compactMap { try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any] }
    }

    /// Makes the file that some pages wait for.
    public func open() throws { try Data().write(to: folder.file("journal.open")) }

    /// The decoded bytes under `key` of each entry of the journal.
    public func bodies(_ key: String = "body") -> [Data] {
        journal.compactMap { ($0[key] as? String).flatMap { Data(base64Encoded: $0) } }
    }

    private static func launch(
        _ script: String, port: Int, journal: String, _ options: [String]
    ) throws -> Running {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments =
            [Fixtures.root.appending(path: "Tests/TestSupport/\(script)").path, String(port), journal] + options
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        // Close-on-exec, so that no other child keeps the server alive.
        _ = fcntl(input.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        try process.run()
        var line = ""
        while !line.hasSuffix("\n") {
            let data = output.fileHandleForReading.availableData
            if data.isEmpty { break }
            line += String(decoding: data, as: UTF8.self)
        }
        let words = line.split(whereSeparator: \.isWhitespace)
        guard words.first == "ready", let bound = words.last.flatMap({ Int($0) }) else {
            Glibc.kill(process.processIdentifier, SIGKILL)
            throw RTSPServer.Failure(description: "\(script) did not start (scripts/bootstrap installs it): \(line)")
        }
        return Running(process: process, input: input.fileHandleForWriting, port: bound)
    }
}

/// A certificate for `localhost` and 127.0.0.1 that signs itself, made by the openssl program.
public final class TestCertificate: Sendable {
    private let folder: ScratchFolder
    /// Paths of the certificate and its key, in PEM.
    public let certificate: String, key: String

    /// Makes it; takes a fraction of a second.
    public init() throws {
        folder = try ScratchFolder()
        (certificate, key) = (folder.file("certificate.pem").path, folder.file("key.pem").path)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/openssl")
        process.arguments = [
            "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2",
            "-subj",
            "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out",
            certificate,
        ]
        process.standardError = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw RTSPServer.Failure(description: "openssl made no certificate (scripts/bootstrap installs it)")
        }
    }
}
