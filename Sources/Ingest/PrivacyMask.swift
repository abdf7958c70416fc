public import Base

/// Areas of a camera's picture that are painted black before anything else sees it.
public struct PrivacyMask: Sendable, Hashable {
    /// A corner in fractions of the picture's width and height, (0, 0) at the top left.
    public struct Point: Sendable, Hashable {
        /// From the left.
        public let x: Double
        /// From the top.
        public let y: Double

        /// A corner.
        public init(x: Double, y: Double) { (self.x, self.y) = (x, y) }
    }

    private let polygons: [[Point]]

    /// A mask of these polygons; none masks nothing.
    public init(_ polygons: [[Point]]) { self.polygons = polygons }

    /// Whether it masks nothing.
    public var isEmpty: Bool { polygons.isEmpty }

    /// Nothing masked.
    public static let none = PrivacyMask([])

    /// `picture` with every pixel black that a polygon touches: the edges are widened by a pixel, so that rounding shows
    /// nothing.
    public func applied(to picture: Picture) -> Picture {
        if polygons.isEmpty { return picture }
        var pixels = picture.pixels
        for polygon in polygons {
            for row in 0..<picture.height {
                for span in Self.spans(of: polygon, row: row, picture) {
                    let first = (row * picture.width + span.lowerBound) * 3
                    pixels.replaceSubrange(
                        first..<(first + span.count * 3), with: repeatElement(0, count: span.count * 3))
                }
            }
        }
        return Picture(width: picture.width, height: picture.height, pixels: pixels)
    }

    /// `motion` without whatever a polygon touches: nothing is known there.
    public func applied(to motion: MotionField) -> MotionField {
        if polygons.isEmpty { return motion }
        // Each patch as a few pixels: any that turns black was touched.
        let side = 4
        let (width, height) = (motion.columns * side, motion.rows * side)
        let white = Picture(width: width, height: height, pixels: [UInt8](repeating: 255, count: width * height * 3))
        let painted = applied(to: white).pixels
        var patches = motion.patches
        for row in 0..<height {
            for column in 0..<width where painted[(row * width + column) * 3] == 0 {
                patches[row / side * motion.columns + column / side] = nil
            }
        }
        return MotionField(columns: motion.columns, rows: motion.rows, patches: patches)
    }

    /// Whether the mask covers a place, in fractions of width and height.
    package func covers(x: Double, y: Double) -> Bool {
        polygons.contains { polygon in
            Self.crossings(of: polygon, y).reduce(0) { $1.x <= x ? $0 + $1.direction : $0 } != 0
        }
    }

    /// The columns of `row` that lie inside, of the row's upper edge, middle and lower edge together. Every area that the
    /// outline goes round counts (non-zero winding), so that a crossed outline leaves no hole.
    private static func spans(of polygon: [Point], row: Int, _ picture: Picture) -> [Range<Int>] {
        [0.0, 0.5, 1.0].flatMap { offset -> [Range<Int>] in
            let y = (Double(row) + offset) / Double(picture.height)
            var (winding, left) = (0, 0.0)
            var inside: [Range<Int>] = []
            for crossing in crossings(of: polygon, y) {
                if winding == 0 { left = crossing.x }
                winding += crossing.direction
                if winding == 0 { inside += columns(from: left, to: crossing.x, width: picture.width) }
            }
            return inside
        }
    }

    private static func crossings(of polygon: [Point], _ y: Double) -> [(x: Double, direction: Int)] {
        polygon.indices.compactMap { index in
            let (a, b) = (polygon[index], polygon[(index + 1) % polygon.count])
            guard (a.y <= y) != (b.y <= y) else { return nil }
            return (a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x), a.y <= y ? 1 : -1)
        }.sorted { $0.x < $1.x }
    }

    private static func columns(from left: Double, to right: Double, width: Int) -> [Range<Int>] {
        let first = max(0, Int((left * Double(width)).rounded(.down)) - 1)
        let end = min(width, Int((right * Double(width)).rounded(.up)) + 1)
        return first < end ? [first..<end] : []
    }
}
