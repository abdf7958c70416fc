import Base
import Grounding
import Pipeline
import Testing

@Suite("Several looks at one frame")
struct FrameLooksTests {
    /// 160 × 90 pixels that say where they are.
    private static let picture = Picture(
        width: 160, height: 90,
        pixels: (0..<90).flatMap { row in (0..<160).flatMap { [UInt8($0), UInt8(row), 200] } })

    @Test("the first look is the frame, the others are squares of its pixels around the boxes")
    func crops() throws {
        let box = Box(left: 0.5, top: 0.4, right: 0.6, bottom: 0.8)
        let looks = FrameLooks().looks(at: Self.picture, [box])
        #expect(looks.count == 2 && looks[0].box == .whole && looks[0].picture == Self.picture)
        let crop = looks[1].picture
        // 80..<96 × 36..<72: 36 pixels high, times 1.4, rounded up.
        #expect(looks[1].box == box && crop.width == 51 && crop.height == 51)
        let first = Array(crop.pixels.prefix(3))
        let (x, y) = (Int(first[0]), Int(first[1]))
        #expect(x <= 80 && x + 51 >= 96 && y <= 36 && y + 51 >= 72)
        for (row, column) in [(0, 50), (50, 0), (25, 25), (50, 50)] {
            let place = (row * 51 + column) * 3
            #expect(Array(crop.pixels[place..<place + 3]) == [UInt8(x + column), UInt8(y + row), 200])
        }
    }

    @Test("small things get at least 22 % of the height, and crops stay inside where they fit")
    func edges() {
        for box in [
            Box(left: 0, top: 0, right: 0.01, bottom: 0.01), Box(left: 0.99, top: 0.99, right: 1, bottom: 1),
            Box(left: 1, top: 0.5, right: 1, bottom: 0.5),
        ] {
            let crop = FrameLooks().looks(at: Self.picture, [box])[1].picture
            #expect(crop.width == 20 && crop.height == 20)
            #expect(stride(from: 2, to: crop.pixels.count, by: 3).allSatisfy { crop.pixels[$0] == 200 })
        }
        // Wider than the picture is high: grey above and below.
        let wide = FrameLooks().looks(at: Self.picture, [.whole])[1].picture
        #expect(wide.width == 160 && wide.height == 160)
        #expect(wide.pixels.prefix(3) == [128, 128, 128] && wide.pixels[(80 * 160 + 7) * 3] == 7)
    }

    @Test("there are at most as many crops as asked for, of pictures of any size")
    func bounds() {
        let boxes = (0..<9).map { Box(left: Double($0) / 10, top: 0, right: Double($0 + 1) / 10, bottom: 1) }
        #expect(FrameLooks(most: 2).looks(at: Self.picture, boxes).map(\.box) == [.whole, boxes[0], boxes[1]])
        #expect(FrameLooks(most: 0).looks(at: Self.picture, boxes).count == 1)
        for (width, height) in [(1, 1), (1, 500), (500, 1)] {
            let pixels = [UInt8](repeating: 9, count: 3 * width * height)
            let picture = Picture(width: width, height: height, pixels: pixels)
            let looks = FrameLooks().looks(at: picture, [.whole, Box(left: 0.2, top: 0.2, right: 0.3, bottom: 0.3)])
            #expect(looks.count == 3 && looks.allSatisfy { $0.picture.width > 0 && $0.picture.height > 0 })
        }
    }

    @Test("boxes of what moved lead from the background to crops around it")
    func movement() throws {
        var background = BackgroundPicture()
        func scene(_ thing: Range<Int>?) -> Picture {
            Picture(
                width: 320, height: 180,
                pixels: (0..<180).flatMap { row in
                    (0..<320).flatMap { column -> [UInt8] in
                        let isThing = thing.map { $0.contains(column) && (100..<124).contains(row) } ?? false
                        return isThing ? [220, 30, 30] : [90, 100, 110]
                    }
                })
        }
        _ = background.advance(scene(nil))
        let boxes = background.advance(scene(200..<210)).boxes
        let box = try #require(boxes.first)
        #expect(boxes.count == 1 && box.left < 210.0 / 320 && box.right > 200.0 / 320)
        let crop = FrameLooks().looks(at: scene(200..<210), boxes)[1].picture
        let red = stride(from: 0, to: crop.pixels.count, by: 3).count { crop.pixels[$0] == 220 }
        // All of the thing is in the crop, where it takes more than eight times the share that it has of the frame.
        #expect(red == 240 && Double(red) / Double(crop.width * crop.height) > 8 * 240 / (320.0 * 180))
    }

    @Test("a query takes the best look, and its saliency keeps the look's box")
    func best() {
        let box = Box(left: 0.1, top: 0.2, right: 0.3, bottom: 0.6)
        let encoding = FrameEncoding(
            time: WallTime(microseconds: 0),
            looks: [.init(box: .whole, values: [1, 0]), .init(box: box, values: [0.6, 0.8])])
        let scorer = SaliencyScorer(queries: [TextEncoding(text: "a", values: [0, 1])], constants: .unfitted)
        #expect(scorer.score(encoding)[0].box == box)
        #expect(scorer.score(encoding)[0].value == GroundingConstants.unfitted.saliency(cosine: 0.8))
    }
}
