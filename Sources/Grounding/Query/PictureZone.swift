public import Base

/// A named area of the picture that a query is bound to: a polygon in fractions of the picture's width and height.
public struct PictureZone: Sendable, Hashable, Codable {
    /// Share of a look, or of the zone, that must be common to both for the look to lie in the zone.
    private static let share = 0.3
    /// Points a side at which a look is asked whether it lies inside.
    private static let grid = 12

    /// Its name in the configuration.
    public let name: String
    private let xs, ys: [Double]

    /// The area with these corners, in order.
    public init(name: String, corners: [(x: Double, y: Double)]) {
        self.name = name
        xs = corners.map(\.x)
        ys = corners.map(\.y)
    }

    /// Whether what a look at `box` shows is in this zone: its middle lies inside, or enough of it does.
    ///
    /// A look at the whole picture says nothing of where; it is in no zone but one that covers most of the picture.
    public func holds(_ box: Box) -> Bool {
        let (width, height) = (box.right - box.left, box.bottom - box.top)
        var inside = 0
        for row in 0..<Self.grid {
            for column in 0..<Self.grid {
                let x = box.left + (Double(column) + 0.5) / Double(Self.grid) * width
                let y = box.top + (Double(row) + 0.5) / Double(Self.grid) * height
                if contains(x, y) { inside += 1 }
            }
        }
        let covered = Double(inside) / Double(Self.grid * Self.grid)
        let isLocal = width * height < 0.5
        return covered >= 1 - Self.share || (isLocal && (covered >= Self.share || containsMiddle(of: box)))
    }

    private func containsMiddle(of box: Box) -> Bool {
        contains((box.left + box.right) / 2, (box.top + box.bottom) / 2)
    }

    /// Even-odd rule.
    private func contains(_ x: Double, _ y: Double) -> Bool {
        var isInside = false
        for index in xs.indices {
            let next = (index + 1) % xs.count
            guard (ys[index] <= y) != (ys[next] <= y) else { continue }
            let crossing = xs[index] + (y - ys[index]) / (ys[next] - ys[index]) * (xs[next] - xs[index])
            if x < crossing { isInside.toggle() }
        }
        return isInside
    }
}
