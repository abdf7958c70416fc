import Anomaly
import Base
import Foundation
import Testing

@Suite("Normality")
struct NormalityModelTests {
    private static let floor = 0.1

    @Test("scores nothing while it warms up, and little for what it has seen")
    func warmUp() throws {
        var model = NormalityModel(.init(floor: Self.floor))
        for second in 0..<20 {
            let early = model.observe(frame(second, angle: 0))
            #expect(early == nil)
        }
        let observed = model.observe(frame(20, angle: 0))
        let score = try #require(observed)
        #expect(score.value < 1e-6)
        #expect(score.ratio < 1)
    }

    @Test("a view unlike all before it scores above its threshold and says where and since when")
    func unusual() throws {
        var model = NormalityModel(.init(floor: Self.floor))
        for second in 0..<40 { _ = model.observe(frame(second, angle: 0.01 * Double(second % 5))) }
        let observed = model.observe(frame(40, angle: 1.2))
        let score = try #require(observed)
        // The small differences lie within the bank's radius, so its one vector is the first frame's.
        #expect(abs(score.value - (1 - cos(1.2))) < 1e-3)
        #expect(score.explanation?.moments == [time(0)])
        #expect(score.ratio > 1)
        #expect(score.pValue < 0.06)
    }

    @Test("an incident stays abnormal while it happens and is normal after the admission delay")
    func admission() {
        var model = NormalityModel(.init(floor: Self.floor))
        for second in 0..<30 { _ = model.observe(frame(second, angle: 0)) }
        var last = 0.0
        for second in 30..<59 { last = model.observe(frame(second, angle: 1))?.value ?? 0 }
        #expect(last > 0.4)
        for second in 59..<63 { last = model.observe(frame(second, angle: 1))?.value ?? 2 }
        #expect(last < 1e-6)
    }

    @Test("takes the most unusual of several looks")
    func looks() {
        var model = NormalityModel(.init(floor: Self.floor))
        for second in 0..<21 { _ = model.observe(frame(second, angle: 0)) }
        let corner = Box(left: 0.5, top: 0.5, right: 1, bottom: 1)
        let encoding = FrameEncoding(
            time: time(21),
            looks: [.init(box: .whole, values: vector(0)), .init(box: corner, values: vector(1))])
        let observed = model.observe(encoding)
        #expect(observed?.box == corner)
    }

    @Test("stays within its bank's capacity however varied the camera is", .timeLimit(.minutes(5)))
    func bounded() throws {
        var configuration = NormalityModel.Configuration(floor: Self.floor)
        configuration.capacity = 16
        configuration.warmUp = 500
        var model = NormalityModel(configuration)
        var generator = SystemRandomNumberGenerator()
        for second in 0..<500 {
            _ = model.observe(frame(second, angle: Double.random(in: 0...1.5, using: &generator)))
        }
        // A full quarter circle is covered, so nothing on it is far from the bank.
        let observed = model.observe(frame(500, angle: 0.7))
        let score = try #require(observed)
        #expect(score.value < 0.2)
    }

    private func frame(_ second: Int, angle: Double) -> FrameEncoding {
        FrameEncoding(time: time(second), looks: [.init(box: .whole, values: vector(angle))])
    }

    private func vector(_ angle: Double) -> [Float] { [Float(cos(angle)), Float(sin(angle)), 0] }

    private func time(_ second: Int) -> WallTime { WallTime(microseconds: Int64(second) * 1_000_000) }
}
