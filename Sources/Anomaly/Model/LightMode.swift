public import Base

/// Whether a camera sees in colour or in infrared, with a pause after each switch: a switch is not an event.
public struct LightMode: Sendable, Equatable, Codable {
    /// Mean chroma below which a picture is infrared …
    private static let infrared = 3.0
    /// … and above which it is colour again.
    private static let colour = 6.0

    /// The mode now.
    public private(set) var isInfrared = false
    private var isKnown = false
    private var switchedAt: WallTime?

    /// In colour until told otherwise.
    public init() {}

    /// Takes the chroma of the frame at `time`; without one nothing changes. Gives whether a switch is less than `pause`
    /// seconds old.
    public mutating func take(chroma: Double?, at time: WallTime, pause: Double) -> Bool {
        if let chroma {
            let isDark = isInfrared ? chroma < Self.colour : chroma < Self.infrared
            if isDark != isInfrared, isKnown { switchedAt = time }
            (isInfrared, isKnown) = (isDark, true)
        }
        guard let switchedAt else { return false }
        let age = time.seconds(since: switchedAt)
        return age >= 0 && age < pause
    }

    /// Mean difference of a pixel's largest and smallest component, 0…255, from every eighth pixel of every eighth row.
    public static func chroma(of picture: Picture) -> Double {
        var (sum, count) = (0, 0)
        picture.pixels.withUnsafeBufferPointer { pixels in
            for row in stride(from: 0, to: picture.height, by: 8) {
                for column in stride(from: 0, to: picture.width, by: 8) {
                    let index = (row * picture.width + column) * 3
                    let (red, green, blue) = (pixels[index], pixels[index + 1], pixels[index + 2])
                    sum += Int(max(red, green, blue)) - Int(min(red, green, blue))
                    count += 1
                }
            }
        }
        return Double(sum) / Double(max(count, 1))
    }
}
