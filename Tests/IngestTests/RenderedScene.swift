import Base

/// A street for tests: walls, windows and posts, of which a camera shows a part.
struct RenderedScene {
    /// What the camera and the weather make of it.
    struct Look {
        /// Moves the camera, in pixels.
        var shift = 0
        /// Light: 1 by day.
        var light = 1.0
        /// Share of the contrast that fog leaves.
        var clarity = 1.0
        /// Radius of the blur in pixels.
        var blur = 0
        /// Standard deviation of the sensor's noise in grey levels.
        var noise = 2.0
        /// Replaces everything when given: a hand, paint, a dead sensor.
        var cover: Double?
        /// Bright discs: x, y and radius in pixels.
        var lamps: [(x: Int, y: Int, radius: Int)] = []
        /// A grey block, as wide as given in pixels and as high as the picture, from the left.
        var lorry = 0
    }

    static let width = 320
    static let height = 180
    private static let margin = 120

    private let levels: [Double]

    init(seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let stride = Self.width + Self.margin
        var levels = [Double](repeating: 120, count: stride * Self.height)
        for _ in 0..<45 {
            let (width, height) = (Int.random(in: 6...70, using: &random), Int.random(in: 6...60, using: &random))
            let (left, top) = (
                Int.random(in: 0..<stride - width, using: &random),
                Int.random(in: 0..<Self.height - height, using: &random)
            )
            let level = Double.random(in: 20...230, using: &random)
            for y in top..<top + height {
                for x in left..<left + width { levels[y * stride + x] = level }
            }
        }
        self.levels = levels
    }

    /// What the camera shows, with noise of its own.
    func picture(_ look: Look, random: inout SplitMix64) -> Picture {
        var shown = [Double](repeating: 0, count: Self.width * Self.height)
        let stride = Self.width + Self.margin
        for y in 0..<Self.height {
            for x in 0..<Self.width {
                var level = levels[y * stride + x + look.shift]
                level = 140 + (level - 140) * look.clarity
                if x < look.lorry { level = 90 }
                level *= look.light
                shown[y * Self.width + x] = look.cover ?? level
            }
        }
        for lamp in look.lamps {
            for y in max(0, lamp.y - lamp.radius)..<min(Self.height, lamp.y + lamp.radius) {
                for x in max(0, lamp.x - lamp.radius)..<min(Self.width, lamp.x + lamp.radius) {
                    let (dx, dy) = (x - lamp.x, y - lamp.y)
                    if dx * dx + dy * dy < lamp.radius * lamp.radius { shown[y * Self.width + x] = 250 }
                }
            }
        }
        for _ in 0..<(look.blur > 0 ? 2 : 0) { shown = Self.blurred(shown, look.blur) }
        var pixels = [UInt8](repeating: 0, count: shown.count * 3)
        for index in shown.indices {
            // The sum of four uniform numbers, with the variance of 1 after the scaling.
            let bits = random.next()
            let sum = (0..<4).reduce(0.0) { $0 + Double(bits >> (UInt64($1) * 16) & 0xFFFF) / 65_536 } - 2
            let level = shown[index] + look.noise * sum * 3.0.squareRoot()
            let byte = UInt8(min(255, max(0, level.rounded())))
            (pixels[index * 3], pixels[index * 3 + 1], pixels[index * 3 + 2]) = (byte, byte, byte)
        }
        return Picture(width: Self.width, height: Self.height, pixels: pixels)
    }

    /// The mean over a square, by rows and columns.
    private static func blurred(_ levels: [Double], _ radius: Int) -> [Double] {
        func pass(_ source: [Double], _ step: Int, _ length: Int, _ other: Int, _ count: Int) -> [Double] {
            var result = source
            for line in 0..<count {
                for place in 0..<length {
                    let range = max(0, place - radius)...min(length - 1, place + radius)
                    let sum = range.reduce(0.0) { $0 + source[line * other + $1 * step] }
                    result[line * other + place * step] = sum / Double(range.count)
                }
            }
            return result
        }
        return pass(pass(levels, 1, width, width, height), width, height, 1, width)
    }
}
