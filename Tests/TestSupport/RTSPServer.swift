import Base
import Foundation
import Glibc

/// A camera for tests: GStreamer's RTSP server on 127.0.0.1, in a process of its own, with knobs for what goes wrong.
///
/// Serves `/camera` (H.264, 640×360, 12 frames/s, a key frame a second, three minutes from the beginning for each client)
/// and `/sound` (no video). Ends with the test process, however that ends, and after ten minutes in any case.
public final class RTSPServer: Sendable {
    /// Who may look.
    public enum Access: Sendable {
        /// Anybody.
        case open
        /// RFC 7617.
        case basic(user: String, password: String)
        /// RFC 2617.
        case digest(user: String, password: String)

        fileprivate var arguments: [String] {
            switch self {
            case .open: []
            case .basic(let user, let password): ["basic", user, password]
            case .digest(let user, let password): ["digest", user, password]
            }
        }
    }

    /// Why there is no server.
    public struct Failure: Error, CustomStringConvertible {
        /// What was tried, and what the program wrote.
        public let description: String
    }

    private struct Running {
        let process: Process
        let input: FileHandle
        let output: FileHandle
        let port: Int
    }

    /// Its TCP port on 127.0.0.1, the same after ``restart()``.
    public let port: Int

    private let access: Access
    private let clip: String
    private let running: Locked<Running>

    /// Starts a server on a free port; `clip` is the path of what `/camera` shows instead. Blocks for about a second.
    public init(_ access: Access = .open, clip: String? = nil) throws {
        let clip = try clip ?? CameraClip.path()
        let running = try Self.launch(access, clip, port: 0)
        port = running.port
        self.access = access
        self.clip = clip
        self.running = Locked(running)
    }

    deinit { kill() }

    /// The address of a stream; `credentials` are `user:password`, percent-encoded.
    public func url(_ path: String = "camera", credentials: String? = nil) -> String {
        "rtsp://\(credentials.map { $0 + "@" } ?? "")127.0.0.1:\(port)/\(path)"
    }

    /// Drops every client.
    public func cut() throws {
        try running.withLock { running in
            try running.input.write(contentsOf: Data("cut\n".utf8))
            _ = Self.nextLine(running.output)
        }
    }

    /// Stops the process where it stands: connections stay open and nothing comes.
    public func stall() { signal(SIGSTOP) }

    /// Lets it go on.
    public func resume() { signal(SIGCONT) }

    /// Ends the process at once.
    public func kill() {
        running.withLock { running in
            guard running.process.isRunning else { return }
            Glibc.kill(running.process.processIdentifier, SIGKILL)
            running.process.waitUntilExit()
        }
    }

    /// Starts a new process on the same port.
    public func restart() throws {
        kill()
        try running.withLock { running in running = try Self.launch(access, clip, port: port) }
    }

    private func signal(_ number: Int32) {
        running.withLock { running in
            guard running.process.isRunning else { return }
            Glibc.kill(running.process.processIdentifier, number)
        }
    }

    /// Blocks for a whole line; less when the process has ended.
    private static func nextLine(_ output: FileHandle) -> String {
        var text = ""
        while !text.hasSuffix("\n") {
            let data = output.availableData
            if data.isEmpty { break }
            text += String(decoding: data, as: UTF8.self)
        }
        return text
    }

    private static func launch(_ access: Access, _ clip: String, port: Int) throws -> Running {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        let script = Fixtures.root.appending(path: "Tests/TestSupport/rtsp-server.py").path
        process.arguments = [script, clip, String(port)] + access.arguments
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        // Close-on-exec, so that no other child keeps the server alive.
        _ = fcntl(input.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        try process.run()
        let line = nextLine(output.fileHandleForReading)
        let words = line.split(whereSeparator: \.isWhitespace)
        guard words.first == "ready", let bound = words.last.flatMap({ Int($0) }) else {
            Glibc.kill(process.processIdentifier, SIGKILL)
            throw Failure(description: "the RTSP server did not start (scripts/bootstrap installs it): \(line)")
        }
        return Running(
            process: process, input: input.fileHandleForWriting, output: output.fileHandleForReading, port: bound)
    }
}
