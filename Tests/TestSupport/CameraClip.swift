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
            try FFmpegProgram.run([
                "-f", "lavfi", "-i", "testsrc=s=640x360:r=12:d=10", "-c:v", "libx264", "-preset", "veryfast", "-g",
                "12",
                "-bf", "0", "-pix_fmt", "yuv420p", clip,
            ])
            try FFmpegProgram.run(["-stream_loop", "17", "-i", clip, "-c", "copy", looped])
            made = folder
            return looped
        }
    }
}
