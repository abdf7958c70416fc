import Base
import Foundation

/// The recording that ``RTSPServer`` serves, rendered once a process.
enum CameraClip {
    private static let made = Locked<ScratchFolder?>(nil)

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
