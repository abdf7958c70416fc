package import Base

/// A picture of single-precision RGB values in 0…255: rows from the top, three values a cell.
package struct PixelGrid: Sendable, Equatable {
    /// Columns.
    package let width: Int
    /// Rows.
    package let height: Int
    /// `height · width · 3` values: R, G, B of each cell.
    package var values: [Float]

    /// A picture over `values`, whose count must be `height · width · 3`.
    package init(width: Int, height: Int, values: [Float]) {
        precondition(values.count == width * height * 3, "\(values.count) values for \(width)×\(height) RGB")
        self.width = width
        self.height = height
        self.values = values
    }

    /// The 8-bit picture, each value rounded to nearest.
    package var picture: Picture {
        Picture(width: width, height: height, pixels: values.map { UInt8(min(max($0.rounded(), 0), 255)) })
    }
}
