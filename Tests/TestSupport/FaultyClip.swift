public import Base
import Foundation

/// Recordings of cameras that something happens to, for ``RTSPServer`` to serve: a moving test pattern with noise,
/// 320×180, 12 frames/s, a key frame a second.
public enum FaultyClip {
    /// The pattern is black from `start` to `end`, in seconds.
    public static func black(from start: Int, to end: Int, seconds: Int, at path: String) throws {
        try render(
            pattern(seconds) + ",drawbox=enable='between(t,\(start),\(end))':color=black:t=fill,noise=alls=3:allf=t",
            to: path)
    }

    /// The picture of second `start` is sent again and again up to `end`.
    public static func frozen(from start: Int, to end: Int, seconds: Int, at path: String) throws {
        try FFmpegProgram.run(
            ["-f", "lavfi", "-i", pattern(start), "-f", "lavfi", "-i", pattern(seconds - end)] + [
                "-filter_complex",
                "[0]tpad=stop_mode=clone:stop_duration=\(end - start)[a];[a][1]concat=n=2:v=1:a=0",
            ] + encoding + [path])
    }

    /// A grey pattern whose lower left quarter is magenta, a colour that is nowhere else.
    public static func secret(seconds: Int, at path: String) throws {
        try render(
            pattern(seconds) + ",hue=s=0,drawbox=x=0:y=90:w=160:h=90:color=magenta:t=fill", to: path)
    }

    /// Polygons, in fractions of width and height, that cover the magenta quarter and the pixels that its colour may
    /// bleed into.
    public static let secretArea = [(0.0, 0.45), (0.55, 0.45), (0.55, 1.0), (0.0, 1.0)]

    /// Pixels that are more magenta than a grey pattern is after coding.
    public static func secretPixels(in picture: Picture) -> Int {
        stride(from: 0, to: picture.pixels.count, by: 3).count { at in
            let (red, green, blue) = (
                Int(picture.pixels[at]), Int(picture.pixels[at + 1]), Int(picture.pixels[at + 2])
            )
            return min(red, blue) - green > 60
        }
    }

    private static func pattern(_ seconds: Int) -> String {
        "testsrc2=s=320x180:r=12:d=\(seconds),noise=alls=8:allf=t"
    }

    private static func render(_ source: String, to path: String) throws {
        try FFmpegProgram.run(["-f", "lavfi", "-i", source] + encoding + [path])
    }

    private static var encoding: [String] {
        [
            "-c:v", "libx264", "-preset", "veryfast", "-qp", "22", "-threads", "1", "-g", "12", "-bf", "0", "-pix_fmt",
            "yuv420p",
        ]
    }
}
