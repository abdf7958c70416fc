package import Base

/// Several looks at one frame for an encoder of whole pictures: the frame itself, then square crops around boxes, at the
/// frame's own resolution. A thing of a twentieth of the picture's height is gone in an encoder's 224 pixels; in its crop it is
/// a quarter of them.
package struct FrameLooks: Sendable {
    /// Most crops of a frame; further boxes are left out.
    package let most: Int

    /// Looks with at most `most` crops.
    package init(most: Int = 3) {
        precondition(most >= 0, "\(most) crops")
        self.most = most
    }

    /// The frame, then its crops around `boxes` in their order; each with the box that it stands for.
    package func looks(at picture: Picture, _ boxes: [Box]) -> [(box: Box, picture: Picture)] {
        [(.whole, picture)] + boxes.prefix(most).map { ($0, Self.crop(picture, around: $0)) }
    }

    /// What lies beside the picture is grey.
    private static let beside: UInt8 = 128

    private static func crop(_ picture: Picture, around box: Box) -> Picture {
        let (width, height) = (picture.width, picture.height)
        let square = PixelSquare(around: box, width: width, height: height)
        let columns = max(square.x, 0)..<min(square.x + square.side, width)
        let rows = max(square.y, 0)..<min(square.y + square.side, height)
        let pixels = [UInt8](unsafeUninitializedCapacity: square.side * square.side * 3) { target, count in
            target.initialize(repeating: beside)
            for row in rows {
                let source = (row * width + columns.lowerBound) * 3
                let start = ((row - square.y) * square.side + columns.lowerBound - square.x) * 3
                for i in 0..<columns.count * 3 { target[start + i] = picture.pixels[source + i] }
            }
            count = square.side * square.side * 3
        }
        return Picture(width: square.side, height: square.side, pixels: pixels)
    }
}
