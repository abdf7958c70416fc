import Base
import Foundation
import Glibc

/// The way to a test's PostgreSQL server, for tests that break it. Ends with the test process.
public final class PostgresProxy: Sendable {
    /// What happens on the way.
    public enum Mode: String, Sendable {
        /// Everything is passed on.
        case open
        /// Connections end, and new ones are refused.
        case cut
        /// Connections stay, and nothing is passed on.
        case stall
    }

    private struct Running {
        let process: Process
        let input: FileHandle
        let output: FileHandle
    }

    private let folder: ScratchFolder
    private let running: Locked<Running>
    /// libpq's URI of the database by this way.
    public let url: String

    /// A way to the database that `url`, of `TemporaryPostgres`, names.
    public init(to url: String) throws {
        folder = try ScratchFolder()
        let parts = url.components(separatedBy: "?host=")
        guard parts.count == 2, let host = parts[1].removingPercentEncoding else {
            throw TemporaryPostgres.Failure(description: "no host in \(url)")
        }
        let path = folder.url.path
        self.url = parts[0] + "?host=" + (path.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? path)
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = [
            Fixtures.root.appending(path: "Tests/TestSupport/postgres-proxy.py").path, folder.url.path,
            host + "/.s.PGSQL.5432",
        ]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        // Close-on-exec, so that no other child keeps the proxy alive.
        _ = fcntl(input.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        try process.run()
        running = Locked(
            Running(process: process, input: input.fileHandleForWriting, output: output.fileHandleForReading))
        guard String(decoding: output.fileHandleForReading.availableData, as: UTF8.self) == "ready\n" else {
            throw TemporaryPostgres.Failure(description: "the proxy did not start")
        }
    }

    deinit { running.withLock { _ = Glibc.kill($0.process.processIdentifier, SIGKILL) } }

    /// From now on it is so.
    public func set(_ mode: Mode) throws {
        try running.withLock { running in
            try running.input.write(contentsOf: Data("\(mode.rawValue)\n".utf8))
            _ = running.output.availableData
        }
    }
}
