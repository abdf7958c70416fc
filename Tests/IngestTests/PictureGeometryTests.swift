import Ingest
import Testing

@Suite("Picture geometry", .timeLimit(.minutes(5)))
struct PictureGeometryTests {
    private let limit = PictureSize(width: 640, height: 640)

    /// Coded width and height, pixel aspect, width and height wanted.
    private static let sizes: [(Int, Int, Double, Int, Int)] = [
        (1920, 1080, 1, 640, 360), (1080, 1920, 1, 360, 640), (320, 240, 1, 320, 240), (640, 640, 1, 640, 640),
        (720, 576, 16.0 / 15, 640, 480), (720, 576, 64.0 / 45, 640, 360), (160, 240, 0.5, 80, 240),
        (8, 10, 1, 8, 10), (8000, 2, 1, 640, 1), (1, 1, 1, 1, 1), (640, 480, 1e9, 640, 480),
    ]

    @Test("fits into the limit, keeps the shape and never enlarges", arguments: sizes)
    func fits(width: Int, height: Int, aspect: Double, wantedWidth: Int, wantedHeight: Int) {
        let fitted = PictureSize(width: width, height: height).fitted(into: limit, pixelAspect: aspect)
        #expect(fitted == PictureSize(width: wantedWidth, height: wantedHeight))
    }

    /// A 3 × 2 picture whose pixels are 1…6 (each in R, G and B), turned; columns × rows and the pixels.
    private func turned(_ matrix: [Int32]) -> [UInt8] {
        let pixels = (1...6).flatMap { [UInt8](repeating: $0, count: 3) }
        let turned = matrix.withUnsafeBufferPointer { matrix in
            pixels.withUnsafeBufferPointer { pixels -> [UInt8] in
                guard let matrix = matrix.baseAddress, let pixels = pixels.baseAddress else { return [] }
                return Orientation(displayMatrix: matrix).turn(pixels, width: 3, height: 2, stride: 9)
            }
        }
        return stride(from: 0, to: turned.count, by: 3).map { turned[$0] }
    }

    private static let one: Int32 = 65_536

    /// The matrix's a, b, c and d, and the pixels wanted.
    private static let matrices: [([Int32], [UInt8])] = [
        ([one, 0, 0, one], [1, 2, 3, 4, 5, 6]),  // upright
        ([-one, 0, 0, one], [3, 2, 1, 6, 5, 4]),  // mirrored left to right
        ([one, 0, 0, -one], [4, 5, 6, 1, 2, 3]),  // mirrored top to bottom
        ([-one, 0, 0, -one], [6, 5, 4, 3, 2, 1]),  // half turn
        ([0, one, -one, 0], [4, 1, 5, 2, 6, 3]),  // quarter turn clockwise
        ([0, -one, one, 0], [3, 6, 2, 5, 1, 4]),  // quarter turn anticlockwise
        ([0, one, one, 0], [1, 4, 2, 5, 3, 6]),  // transposed
        ([0, -one, -one, 0], [6, 3, 5, 2, 4, 1]),  // transposed at the other diagonal
        ([0, 0, 0, 0], [1, 2, 3, 4, 5, 6]),  // no area: ignored
        ([0, 2 * one, -one, 0], [4, 1, 5, 2, 6, 3]),  // scaled quarter turn
    ]

    @Test("turns by every display matrix of quarter turns and mirrors", arguments: matrices)
    func turns(corner: [Int32], pixels: [UInt8]) {
        #expect(turned([corner[0], corner[1], 0, corner[2], corner[3], 0, 0, 0, 1 << 30]) == pixels)
    }
}
