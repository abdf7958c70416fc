/// A closed area of the picture: at least three corners, in fractions of the picture's width and height.
public struct Polygon: Hashable, Sendable {
    /// A corner; `x` runs to the right and `y` down, both 0…1.
    public struct Point: Hashable, Sendable {
        /// 0 at the picture's left edge, 1 at its right.
        public let x: Double
        /// 0 at the picture's upper edge, 1 at its lower.
        public let y: Double

        /// A corner at (`x`, `y`).
        public init(x: Double, y: Double) {
            self.x = x
            self.y = y
        }
    }

    /// The corners in order; the last is joined to the first.
    public let points: [Point]

    /// An area with these corners; nil with fewer than three, with one outside 0…1, or with all of them on one line: a
    /// mask that hides nothing is a mistake.
    public init?(_ points: [Point]) {
        let unit = 0.0...1.0
        guard points.count >= 3, points.allSatisfy({ unit.contains($0.x) && unit.contains($0.y) }) else { return nil }
        guard !Self.areOnOneLine(points) else { return nil }
        self.points = points
    }

    private static func areOnOneLine(_ points: [Point]) -> Bool {
        guard let first = points.first, let second = points.first(where: { $0 != first }) else { return true }
        return points.allSatisfy { point in
            let cross = (second.x - first.x) * (point.y - first.y) - (second.y - first.y) * (point.x - first.x)
            return abs(cross) < 1e-9
        }
    }
}
