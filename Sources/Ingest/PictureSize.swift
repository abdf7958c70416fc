/// A picture's size in pixels.
public struct PictureSize: Hashable, Sendable, CustomStringConvertible {
    /// Columns.
    public let width: Int
    /// Rows.
    public let height: Int

    /// A size of `width` × `height` pixels.
    public init(width: Int, height: Int) {
        self.width = width
        self.height = height
    }

    /// `640x360`.
    public var description: String { "\(width)x\(height)" }

    /// The same size lying on its side.
    package var transposed: PictureSize { PictureSize(width: height, height: width) }

    /// The largest size with this size's shape that fits into `limit` and is never larger than this one. Pixels that are
    /// `aspect` times as wide as high become square by shrinking the other side. At least one pixel each way.
    package func fitted(into limit: PictureSize, pixelAspect aspect: Double) -> PictureSize {
        // Beyond 10:1 a stated shape is damage, not a lens.
        let aspect = aspect.isFinite && (0.1...10).contains(aspect) ? aspect : 1
        let shownWidth = aspect < 1 ? Double(width) * aspect : Double(width)
        let shownHeight = aspect > 1 ? Double(height) / aspect : Double(height)
        let scale = min(1, Double(limit.width) / shownWidth, Double(limit.height) / shownHeight)
        func pixels(_ length: Double, _ most: Int) -> Int { min(most, max(1, Int((length * scale).rounded()))) }
        return PictureSize(width: pixels(shownWidth, limit.width), height: pixels(shownHeight, limit.height))
    }
}
