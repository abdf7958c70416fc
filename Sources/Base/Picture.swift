/// An 8-bit RGB picture, rows from the top, three bytes a pixel, no padding between rows.
public struct Picture: Sendable, Equatable {
    /// Columns.
    public let width: Int
    /// Rows.
    public let height: Int
    /// `height · width · 3` bytes: R, G, B of each pixel.
    public let pixels: [UInt8]

    /// A picture over `pixels`, whose count must be `height · width · 3`.
    public init(width: Int, height: Int, pixels: [UInt8]) {
        precondition(width > 0 && height > 0, "picture of \(width)×\(height)")
        precondition(pixels.count == width * height * 3, "\(pixels.count) bytes for \(width)×\(height) RGB")
        self.width = width
        self.height = height
        self.pixels = pixels
    }
}
