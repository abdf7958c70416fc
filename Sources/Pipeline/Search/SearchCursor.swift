internal import Base

/// A place in the answers to a search: best first, of equals the earlier, then by camera. An answer's cursor stays the same as long
/// as the past does, so that later pages neither repeat nor skip.
///
/// Written as `<score's bits in hexadecimal>.<start in microseconds>.<camera>`.
public struct SearchCursor: Sendable, Equatable, Comparable, LosslessStringConvertible {
    let score: Double
    let start: WallTime
    let camera: CameraID

    init(score: Double, start: WallTime, camera: CameraID) {
        (self.score, self.start, self.camera) = (score, start, camera)
    }

    /// Reads one; nil for any other text.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
        guard parts.count == 3, let bits = UInt64(parts[0], radix: 16), let time = Int64(parts[1]),
            let camera = CameraID(String(parts[2])), (0...1).contains(Double(bitPattern: bits))
        else { return nil }
        self.init(score: Double(bitPattern: bits), start: WallTime(microseconds: time), camera: camera)
    }

    /// As it is printed.
    public var description: String {
        "\(String(score.bitPattern, radix: 16)).\(start.microseconds).\(camera.name)"
    }

    /// Whether `a` comes first.
    public static func < (a: SearchCursor, b: SearchCursor) -> Bool {
        (b.score, a.start, a.camera.name) < (a.score, b.start, b.camera.name)
    }
}
