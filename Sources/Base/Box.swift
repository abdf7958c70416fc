/// A rectangle inside a picture in fractions of its width and height: `0 ≤ left ≤ right ≤ 1`, `0 ≤ top ≤ bottom ≤ 1`.
public struct Box: Hashable, Sendable, Codable {
    /// Left edge, 0 at the picture's left.
    public let left: Double
    /// Upper edge, 0 at the picture's top.
    public let top: Double
    /// Right edge.
    public let right: Double
    /// Lower edge.
    public let bottom: Double

    /// A rectangle from its edges, clamped to the picture.
    public init(left: Double, top: Double, right: Double, bottom: Double) {
        self.left = min(max(left, 0), 1)
        self.top = min(max(top, 0), 1)
        self.right = min(max(right, self.left), 1)
        self.bottom = min(max(bottom, self.top), 1)
    }

    /// The whole picture.
    public static let whole = Box(left: 0, top: 0, right: 1, bottom: 1)
}
