import Base
import Pipeline
import Testing

@Suite("Looks that need an encoding")
struct EncodingReuseTests {
    /// A scene of 320 × 180 noisy pixels with squares of 24 pixels in it, each at a place and of a level of its own.
    private static func scene(_ second: Int, _ squares: [(x: Int, y: Int, level: UInt8)]) -> Picture {
        var (pixels, state) = ([UInt8](repeating: 0, count: 320 * 180 * 3), UInt64(second + 1))
        for at in stride(from: 0, to: pixels.count, by: 3) {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let level = UInt8(100 + state >> 62)
            for channel in 0..<3 { pixels[at + channel] = level }
        }
        for square in squares {
            for y in square.y..<square.y + 24 {
                for at in (y * 320 + square.x) * 3..<(y * 320 + square.x + 24) * 3 { pixels[at] = square.level }
            }
        }
        return Picture(width: 320, height: 180, pixels: pixels)
    }

    private static func box(_ x: Int, _ y: Int) -> Box {
        Box(
            left: Double(x) / 320, top: Double(y) / 180, right: Double(x + 24) / 320, bottom: Double(y + 24) / 180)
    }

    private static func time(_ second: Int) -> WallTime { WallTime(microseconds: Int64(second) * 1_000_000) }

    /// Plans `boxes` and says which of them were encoded before; new ones get the vector [second, place].
    private func step(
        _ reuse: inout EncodingReuse, _ second: Int, _ picture: Picture, _ boxes: [Box]
    ) -> [FrameEncoding.Look]? {
        guard case .encode(let known) = reuse.plan(boxes, of: picture, at: Self.time(second)) else { return nil }
        let looks = known.enumerated().map { index, look in
            look ?? FrameEncoding.Look(box: boxes[index], values: [Float(second), Float(index)])
        }
        reuse.encoded(looks, at: Self.time(second))
        return looks
    }

    @Test(
        "of a thing that stands where it stood the look is kept, of one that walks, and of all together, it is taken anew"
    )
    func standing() throws {
        var reuse = EncodingReuse()
        let (car, left) = ((x: 40, y: 100, level: UInt8(200)), [Box.whole])
        for second in 0..<4 { _ = step(&reuse, second, Self.scene(second, [car]), left + [Self.box(40, 100)]) }
        // Somebody walks far off from the car.
        for second in 4..<12 {
            let x = 180 + (second - 4) * 12
            let boxes = [Box.whole, Self.box(40, 100), Self.box(x, 30)]
            let looks = try #require(step(&reuse, second, Self.scene(second, [car, (x, 30, 20)]), boxes))
            #expect(looks[0].values[0] == Float(second) && looks[2].values[0] == Float(second))
            #expect(looks[1].values == [0, 1] && looks[1].box == boxes[1])
        }
        // He passes in front of it.
        let near = [Box.whole, Self.box(40, 100), Self.box(70, 110)]
        let looks = try #require(step(&reuse, 12, Self.scene(12, [car, (70, 110, 20)]), near))
        #expect(looks.allSatisfy { $0.values[0] == 12 })
    }

    @Test("no look is kept for longer than the refresh interval, whatever else is encoded meanwhile")
    func age() throws {
        var reuse = EncodingReuse()
        let car = (x: 40, y: 100, level: UInt8(200))
        var taken: [Float] = []
        for second in 0..<100 {
            let x = 180 + second % 10 * 10
            let boxes = [Box.whole, Self.box(40, 100), Self.box(x, 30)]
            let looks = try #require(step(&reuse, second, Self.scene(second, [car, (x, 30, 20)]), boxes))
            #expect(Float(second) - looks[1].values[0] < 30)
            taken.append(looks[1].values[0])
        }
        #expect(Set(taken).count < 8, "\(Set(taken))")
    }

    @Test("a picture that shows nothing new is the last one again, and after a break nothing is kept")
    func repeated() throws {
        var reuse = EncodingReuse()
        let (car, boxes) = ((x: 40, y: 100, level: UInt8(200)), [Box.whole, Self.box(40, 100)])
        let first = try #require(step(&reuse, 0, Self.scene(0, [car]), boxes))
        #expect(reuse.plan(boxes, of: Self.scene(1, [car]), at: Self.time(1)) == .repeated(first))
        reuse.interrupt()
        #expect(reuse.plan(boxes, of: Self.scene(2, [car]), at: Self.time(2)) == .encode([nil, nil]))
    }

    @Test("the one thing that moved keeps its look when a second one comes")
    func second() throws {
        var reuse = EncodingReuse()
        let car = (x: 40, y: 100, level: UInt8(200))
        _ = step(&reuse, 0, Self.scene(0, []), [.whole])
        let alone = try #require(step(&reuse, 1, Self.scene(1, [car]), [Self.box(40, 100)]))
        #expect(alone[0].values == [1, 0])
        let boxes = [Box(left: 0.1, top: 0.1, right: 0.7, bottom: 0.7), Self.box(40, 100), Self.box(200, 30)]
        let looks = try #require(step(&reuse, 2, Self.scene(2, [car, (200, 30, 20)]), boxes))
        #expect(looks.map(\.values) == [[2, 0], [1, 0], [2, 2]])
    }
}
