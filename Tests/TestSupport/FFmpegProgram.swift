import Foundation

/// The `ffmpeg` program, which renders footage for tests.
public enum FFmpegProgram {
    /// Runs it with `arguments` to its end; overwrites files.
    public static func run(_ arguments: [String]) throws {
        let process = Process()
        process.executableURL = URL(filePath: "/usr/bin/ffmpeg")
        process.arguments = ["-nostdin", "-v", "error", "-y"] + arguments
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw RTSPServer.Failure(description: "ffmpeg could not do this: \(arguments.joined(separator: " "))")
        }
    }

    /// Writes a moving test pattern of 25 frames a second as H.264 to `path`, a key frame every `group` frames.
    public static func renderGroups(
        of group: Int, bFrames: Int = 0, seconds: Int, size: String = "160x120", to path: String
    ) throws {
        try run([
            "-f", "lavfi", "-i", "testsrc2=s=\(size):r=25:d=\(seconds)", "-c:v", "libx264", "-preset", "veryfast",
            "-threads", "1", "-g", "\(group)", "-keyint_min", "\(group)", "-sc_threshold", "0", "-bf", "\(bFrames)",
            "-pix_fmt", "yuv420p", path,
        ])
    }
}
