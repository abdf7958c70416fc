import CFFmpeg

/// How a coded picture must be turned to stand upright: first transposed (mirrored at its main diagonal) or not, then
/// mirrored left to right and top to bottom.
package struct Orientation: Equatable {
    package let isTransposed: Bool
    package let isMirroredHorizontally: Bool
    package let isMirroredVertically: Bool

    package static let upright = Orientation(
        isTransposed: false, isMirroredHorizontally: false, isMirroredVertically: false)

    /// Nine 16.16 and 2.30 fixed-point numbers as in ISO/IEC 14496-12, 6.2.2: a point (p, q) of the coded picture is shown
    /// at (a·p + c·q + x, b·p + d·q + y). Angles between multiples of 90° go to the nearest; a matrix without area is
    /// ignored.
    package init(displayMatrix matrix: UnsafePointer<Int32>) {
        let (a, b) = (Double(matrix[0]), Double(matrix[1]))
        let (c, d) = (Double(matrix[3]), Double(matrix[4]))
        let determinant = a * d - b * c
        guard determinant != 0 else {
            self = .upright
            return
        }
        isTransposed = abs(b) + abs(c) > abs(a) + abs(d)
        isMirroredHorizontally = (isTransposed ? c : a) < 0
        isMirroredVertically = (isTransposed ? b : d) < 0
    }

    package init(isTransposed: Bool, isMirroredHorizontally: Bool, isMirroredVertically: Bool) {
        self.isTransposed = isTransposed
        self.isMirroredHorizontally = isMirroredHorizontally
        self.isMirroredVertically = isMirroredVertically
    }

    /// Turns `source`, RGB rows of `stride` bytes, `width` × `height` as coded, into packed upright RGB.
    package func turn(_ source: UnsafePointer<UInt8>, width: Int, height: Int, stride: Int) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: width * height * 3) { target, count in
            count = width * height * 3
            guard let start = target.baseAddress else { return }
            if self == .upright {
                for y in 0..<height {
                    (start + y * width * 3).update(from: source + y * stride, count: width * 3)
                }
                return
            }
            let (shownWidth, shownHeight) = isTransposed ? (height, width) : (width, height)
            for y in 0..<shownHeight {
                let row = isMirroredVertically ? shownHeight - 1 - y : y
                for x in 0..<shownWidth {
                    let column = isMirroredHorizontally ? shownWidth - 1 - x : x
                    let from = source + (isTransposed ? column * stride + row * 3 : row * stride + column * 3)
                    (start + (y * shownWidth + x) * 3).update(from: from, count: 3)
                }
            }
        }
    }
}
