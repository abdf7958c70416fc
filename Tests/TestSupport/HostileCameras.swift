import Base
import Foundation
import Glibc

/// Cameras for tests, on 127.0.0.1, under the test's control: they refuse, hang, stall, freeze, lie about time, and are
/// plain when nobody asks for more. One process serves them all and notes when it really sent frames.
public final class HostileCameras: Sendable {
    /// Seconds since 1970 of the first and the last frame of a stretch that was sent.
    public typealias Stretch = ClosedRange<Double>

    /// What a camera does, each for some seconds.
    public enum Conduct: String, Sendable {
        /// Closes its port and drops who is connected.
        case refuse
        /// Answers up to SETUP, and PLAY not.
        case hang
        /// Answers 401.
        case deny
        /// Stays connected and sends nothing.
        case stall
        /// Sends one picture again and again.
        case freeze
        /// Gives frames within a second one time stamp.
        case repeatTimes = "repeat"
        /// Lets its time stamps run backwards.
        case backwards
        /// Moves its time stamps by these seconds, at once.
        case jump
    }

    private struct Running {
        let process: Process
        let input: FileHandle
        let output: FileHandle
        var rest = Data()
    }

    private let running: Locked<Running>

    /// Starts the process; it ends with this object and with the test process, and after `seconds` in any case.
    public init(longest seconds: Int = 900) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/python3")
        process.arguments = [
            Fixtures.root.appending(path: "Tests/TestSupport/hostile-camera.py").path, "\(seconds)",
        ]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        // Close-on-exec, so that no other child keeps it alive.
        _ = fcntl(input.fileHandleForWriting.fileDescriptor, F_SETFD, FD_CLOEXEC)
        try process.run()
        running = Locked(
            Running(process: process, input: input.fileHandleForWriting, output: output.fileHandleForReading))
    }

    deinit {
        running.withLock { running in
            kill(running.process.processIdentifier, SIGKILL)
            running.process.waitUntilExit()
        }
    }

    /// Opens a camera. `clips` are what it can show, `main` first; `settings` are those of hostile-camera.py. Returns its
    /// port.
    public func open(
        _ name: String, clips: [String: CodedClip] = [:], settings: [String: any Sendable] = [:]
    ) throws -> Int {
        var order: [String: Any] = settings
        order["open"] = name
        order["clips"] = clips.mapValues { ["file": $0.file, "times": $0.times, "codec": $0.codec] }
        let answer = try ask(order)
        guard let port = answer["port"] as? Int else { throw RTSPServer.Failure(description: "no port: \(answer)") }
        return port
    }

    /// Lets a camera misbehave from now on.
    public func tell(_ name: String, _ conduct: Conduct, seconds: Double) throws {
        _ = try ask(["name": name, "do": conduct.rawValue, "seconds": seconds])
    }

    /// Hangs up in the middle of a group of pictures.
    public func cut(_ name: String) throws { _ = try ask(["name": name, "do": "cut"]) }

    /// Shows another of its clips from the next key frame on; a camera that changes its codec hangs up first.
    public func show(_ name: String, clip: String) throws { _ = try ask(["name": name, "do": "show", "clip": clip]) }

    /// Seconds since 1970 at which every clip began; each begins anew when it is over.
    public func began() throws -> Double {
        guard let began = try ask(["clock": true])["began"] as? Double else {
            throw RTSPServer.Failure(description: "hostile-camera.py does not tell its clock")
        }
        return began
    }

    /// When it sent frames.
    public func sent(_ name: String) throws -> [Stretch] {
        guard let sent = try ask(["report": name])["sent"] as? [[Double]] else { return [] }
        return sent.map { $0[0]...$0[1] }
    }

    private func ask(_ order: [String: Any]) throws -> [String: Any] {
        let line = try JSONSerialization.data(withJSONObject: order) + Data("\n".utf8)
        let answer = try running.withLock { running in
            try running.input.write(contentsOf: line)
            while !running.rest.contains(UInt8(ascii: "\n")) {
                let data = running.output.availableData
                if data.isEmpty { throw RTSPServer.Failure(description: "hostile-camera.py has ended") }
                running.rest += data
            }
            let end = running.rest.firstIndex(of: UInt8(ascii: "\n")) ?? running.rest.endIndex
            let answer = Data(running.rest[..<end])
            running.rest = Data(running.rest[running.rest.index(after: end)...])
            return answer
        }
        return try JSONSerialization.jsonObject(with: answer) as? [String: Any] ?? [:]
    }
}

/// A recording as a raw stream with delimiters, and its presentation times beside it: what hostile cameras show.
public struct CodedClip: Sendable {
    /// The stream.
    public let file: String
    /// libavformat's `framecrc` listing.
    public let times: String
    /// `h264` or `hevc`.
    public let codec: String

    /// Encodes `source` (ffmpeg's input options) into `folder`, a key frame every `group` frames.
    public init(
        _ name: String, in folder: ScratchFolder, from source: [String], codec: String = "h264", size: String,
        group: Int, bFrames: Int = 0, filter: String = ""
    ) throws {
        let film = folder.file(name + ".mp4").path
        let isH264 = codec == "h264"
        let own = "keyint=\(group):min-keyint=\(group):scenecut=0:bframes=\(bFrames):log-level=none"
        let options = isH264 ? ["-c:v", "libx264", "-x264-params", own] : ["-c:v", "libx265", "-x265-params", own]
        try FFmpegProgram.run(
            source + options + ["-preset", "ultrafast", "-pix_fmt", "yuv420p", "-an", "-s", size, film])
        (file, times, self.codec) = (folder.file(name + ".raw").path, folder.file(name + ".times").path, codec)
        let metadata = (isH264 ? "h264_metadata" : "hevc_metadata") + "=aud=insert" + filter
        let annexB = isH264 ? "h264_mp4toannexb" : "hevc_mp4toannexb"
        try FFmpegProgram.run(["-i", film, "-c", "copy", "-bsf:v", "\(annexB),\(metadata)", "-f", codec, file])
        try FFmpegProgram.run(["-i", film, "-c", "copy", "-f", "framecrc", times])
    }
}
