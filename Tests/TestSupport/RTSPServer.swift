import Foundation
import Glibc
import Synchronization

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
    private let running: Mutex<Running>

    /// Starts a server on a free port. Blocks for about a second.
    public init(_ access: Access = .open) throws {
        let running = try Self.launch(access, port: 0)
        port = running.port
        self.access = access
        self.running = Mutex(running)
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
        try running.withLock { running in running = try Self.launch(access, port: port) }
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

    private static func launch(_ access: Access, port: Int) throws -> Running {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        let script = Fixtures.root.appending(path: "Tests/TestSupport/rtsp-server.py").path
        process.arguments = [script, try TestClip.path(), String(port)] + access.arguments
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

/// The recording that ``RTSPServer`` serves, rendered once a process.
private enum TestClip {
    private static let made = Mutex<ScratchFolder?>(nil)

    static func path() throws -> String {
        try made.withLock { made in
            if let made { return made.file("camera.mp4").path }
            let folder = try ScratchFolder()
            let (clip, looped) = (folder.file("clip.mp4").path, folder.file("camera.mp4").path)
            try ffmpeg(
                "-f", "lavfi", "-i", "testsrc=s=640x360:r=12:d=10", "-c:v", "libx264", "-preset", "veryfast", "-g",
                "12",
                "-bf", "0", "-pix_fmt", "yuv420p", clip)
            try ffmpeg("-stream_loop", "17", "-i", clip, "-c", "copy", looped)
            made = folder
            return looped
        }
    }

    private static func ffmpeg(_ arguments: String...) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/ffmpeg")
        process.arguments = ["-nostdin", "-v", "error", "-y"] + arguments
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw RTSPServer.Failure(description: "ffmpeg could not render the test clip")
        }
    }
}

/// A TCP port of 127.0.0.1 that is taken and serves nothing.
public final class SilentPort: Sendable {
    /// What a client meets.
    public enum Manner: Sendable {
        /// The connection is refused.
        case refuses
        /// The connection is accepted and nothing is ever said.
        case accepts
    }

    /// Its number.
    public let number: Int
    private let descriptor: Int32

    /// Takes a free port.
    public init(_ manner: Manner) throws {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, length) == 0 && getsockname(descriptor, $0, &length) == 0
            }
        }
        // The kernel answers for a listening socket; without listen(2) it refuses.
        guard isBound, manner == .refuses || listen(descriptor, 16) == 0 else {
            throw RTSPServer.Failure(description: "no free port: \(String(cString: strerror(errno)))")
        }
        self.descriptor = descriptor
        number = Int(UInt16(bigEndian: address.sin_port))
    }

    deinit { close(descriptor) }
}
