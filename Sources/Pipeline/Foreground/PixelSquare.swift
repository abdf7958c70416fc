internal import Base

/// The square of pixels around a thing: 1.4 times its longer side, at least 22 % of the picture's height, moved inside the
/// picture where it fits.
struct PixelSquare: Equatable {
    let x: Int
    let y: Int
    let side: Int

    /// Around the pixels `left..<right` × `top..<bottom` of a picture of `width` × `height`.
    init(left: Int, top: Int, right: Int, bottom: Int, width: Int, height: Int) {
        let wanted = max(Self.ceiling(7 * max(right - left, bottom - top), 5), Self.ceiling(22 * height, 100))
        side = min(wanted, max(width, height))
        x = Self.place(left, right, side: side, size: width)
        y = Self.place(top, bottom, side: side, size: height)
    }

    /// Around a box of cells of a grid of `columns` × `rows`.
    init(_ box: Region.CellBox, width: Int, height: Int, columns: Int, rows: Int) {
        self.init(
            left: box.left * width / columns, top: box.top * height / rows,
            right: Self.ceiling(box.right * width, columns), bottom: Self.ceiling(box.bottom * height, rows),
            width: width, height: height)
    }

    /// Around a part of a picture of `width` × `height` pixels.
    init(around box: Box, width: Int, height: Int) {
        self.init(
            left: Int(box.left * Double(width)), top: Int(box.top * Double(height)),
            right: Int((box.right * Double(width)).rounded(.up)),
            bottom: Int((box.bottom * Double(height)).rounded(.up)), width: width, height: height)
    }

    /// Whether it shows something of a part of the picture of `width` × `height` pixels that it is a square of.
    func touches(_ box: Box, width: Int, height: Int) -> Bool {
        Double(x) < box.right * Double(width) && box.left * Double(width) < Double(x + side)
            && Double(y) < box.bottom * Double(height) && box.top * Double(height) < Double(y + side)
    }

    private static func ceiling(_ a: Int, _ b: Int) -> Int { (a + b - 1) / b }

    private static func place(_ low: Int, _ high: Int, side: Int, size: Int) -> Int {
        if side > size { return -((side - size) / 2) }
        let middle = low + high - side
        return min(max(middle >= 0 ? middle / 2 : (middle - 1) / 2, 0), size - side)
    }
}
