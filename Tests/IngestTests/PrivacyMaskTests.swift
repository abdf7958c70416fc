import Base
import Ingest
import Testing

@Suite("Privacy mask")
struct PrivacyMaskTests {
    private let white = Picture(width: 64, height: 48, pixels: [UInt8](repeating: 255, count: 64 * 48 * 3))

    @Test("every pixel that a polygon touches is black, and what is far from it stays")
    func rectangle() {
        let masked = mask([(0.25, 0.25), (0.75, 0.25), (0.75, 0.5), (0.25, 0.5)])
        for row in 0..<48 {
            for column in 0..<64 {
                let inside = (16..<48).contains(column) && (12..<24).contains(row)
                let outside = !(14..<50).contains(column) || !(11...24).contains(row)
                if inside { #expect(isBlack(masked, column, row), "\(column) \(row)") }
                if outside { #expect(!isBlack(masked, column, row), "\(column) \(row)") }
            }
        }
    }

    @Test("an outline that crosses itself leaves no hole")
    func crossed() {
        let masked = mask([(0.1, 0.1), (0.9, 0.9), (0.9, 0.1), (0.1, 0.9)])
        #expect(isBlack(masked, 10, 24) && isBlack(masked, 54, 24))
        // Gone round twice in the same sense.
        let twice = mask([
            (0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9), (0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.1, 0.9),
        ])
        #expect(isBlack(twice, 32, 24))
    }

    @Test("a polygon of the whole picture leaves nothing, none leaves everything")
    func wholeAndNone() {
        #expect(mask([(0, 0), (1, 0), (1, 1), (0, 1)]).pixels.allSatisfy { $0 == 0 })
        #expect(PrivacyMask.none.applied(to: white) == white)
    }

    @Test("a mask thinner than a pixel still hides the pixels it lies in")
    func thin() {
        let masked = mask([(0.5, 0.2), (0.501, 0.2), (0.501, 0.8), (0.5, 0.8)])
        #expect((11..<38).allSatisfy { isBlack(masked, 32, $0) })
    }

    @Test("what it covers is what it paints, but for the widened edges")
    func covers() {
        let corners = [(0.1, 0.1), (0.9, 0.3), (0.5, 0.95), (0.3, 0.4)]
        let area = PrivacyMask([corners.map { PrivacyMask.Point(x: $0.0, y: $0.1) }])
        let masked = area.applied(to: white)
        let (width, height) = (Double(white.width), Double(white.height))
        func isCovered(_ x: Int, _ y: Int) -> Bool {
            area.covers(x: (Double(x) + 0.5) / width, y: (Double(y) + 0.5) / height)
        }
        var (covered, painted) = (0, 0)
        for y in 0..<white.height {
            for x in 0..<white.width {
                covered += isCovered(x, y) ? 1 : 0
                painted += isBlack(masked, x, y) ? 1 : 0
                if isCovered(x, y) { #expect(isBlack(masked, x, y), "\(x) \(y)") }
            }
        }
        #expect(covered > 200 && painted - covered < 400, "\(covered) covered, \(painted) painted")
    }

    private func mask(_ points: [(Double, Double)]) -> Picture {
        PrivacyMask([points.map { PrivacyMask.Point(x: $0.0, y: $0.1) }]).applied(to: white)
    }

    private func isBlack(_ picture: Picture, _ column: Int, _ row: Int) -> Bool {
        let at = (row * picture.width + column) * 3
        return picture.pixels[at..<(at + 3)].allSatisfy { $0 == 0 }
    }
}
