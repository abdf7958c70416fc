public import Base

/// Areas of a camera's picture that nobody may see: painted over before a picture goes anywhere.
public struct PrivacyMask: Sendable, Equatable {
    /// A corner in fractions of the picture's width and height, from its upper left.
    public struct Point: Sendable, Equatable {
        /// 0 at the left edge, 1 at the right.
        public let x: Double
        /// 0 at the upper edge, 1 at the lower.
        public let y: Double

        /// A corner at (`x`, `y`), moved into the picture if it lies outside.
        public init(x: Double, y: Double) {
            self.x = x.isFinite ? min(max(x, 0), 1) : 0
            self.y = y.isFinite ? min(max(y, 0), 1) : 0
        }
    }

    private let areas: [[Point]]

    /// A mask of these closed areas, each with its corners in order.
    public init(_ areas: [[Point]]) { self.areas = areas.filter { $0.count > 2 } }

    /// `picture` with the areas black. A pixel that an area touches counts as inside.
    public func painting(_ picture: Picture) -> Picture {
        if areas.isEmpty { return picture }
        var pixels = picture.pixels
        for area in areas {
            for row in 0..<picture.height {
                for columns in Self.columns(of: area, row: row, in: picture) {
                    let start = (row * picture.width + columns.lowerBound) * 3
                    let count = columns.count * 3
                    pixels.replaceSubrange(start..<(start + count), with: repeatElement(0, count: count))
                }
            }
        }
        return Picture(width: picture.width, height: picture.height, pixels: pixels)
    }

    /// Lines on which a row is cut with an area, in rows from its upper edge.
    private static let cuts = [0.0, 0.25, 0.5, 0.75, 0.999]

    /// The columns of `row` that `area` covers, by the even-odd rule.
    private static func columns(of area: [Point], row: Int, in picture: Picture) -> [Range<Int>] {
        cuts.flatMap { cut -> [Range<Int>] in
            let y = (Double(row) + cut) / Double(picture.height)
            let crossings = zip(area, area.dropFirst() + area.prefix(1)).compactMap { a, b -> Double? in
                guard (a.y <= y) != (b.y <= y) else { return nil }
                return a.x + (y - a.y) / (b.y - a.y) * (b.x - a.x)
            }.sorted()
            return stride(from: 0, to: crossings.count - 1, by: 2).compactMap { index in
                let left = max(0, Int((crossings[index] * Double(picture.width)).rounded(.down)))
                let right = min(picture.width, Int((crossings[index + 1] * Double(picture.width)).rounded(.up)))
                return left < right ? left..<right : nil
            }
        }
    }
}
