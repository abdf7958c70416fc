import Anomaly
import Base
import Foundation
import Testing

@Suite("Motion attributes")
struct MotionAttributesTests {
    private func looks(_ left: Double, _ velocity: Velocity? = nil) -> [FrameEncoding.Look] {
        [
            FrameEncoding.Look(box: .whole, values: [1]),
            FrameEncoding.Look(
                box: Box(left: left, top: 0.4, right: left + 0.1, bottom: 0.7), values: [1], velocity: velocity),
        ]
    }

    private func velocity(_ attributes: [[Float]]) throws -> (right: Float, down: Float) {
        let first = try #require(attributes.first)
        #expect(first.count == 5)
        return (first[3], first[4])
    }

    @Test("without vectors a crop moves as the nearest box of the frame before says")
    func boxes() throws {
        var motion = MotionAttributes()
        #expect(try velocity(motion.take(looks(0.2), at: 0)) == (0, 0))
        let moved = try velocity(motion.take(looks(0.3), at: 1))
        #expect(abs(moved.right - 0.2) < 1e-6 && moved.down == 0, "twice 0.1 a second")
        #expect(try velocity(motion.take(looks(0.9), at: 2)) == (0, 0), "too far to be the same")
    }

    @Test("with vectors it moves as they say, from the first frame on and whatever the boxes do")
    func vectors() throws {
        var motion = MotionAttributes()
        let running = Velocity(right: -0.4, down: 0.1)
        #expect(try velocity(motion.take(looks(0.2, running), at: 0)) == (-0.8, 0.2))
        #expect(try velocity(motion.take(looks(0.3, .zero), at: 1)) == (0, 0), "another box, and yet it stands")
        let again = try velocity(motion.take(looks(0.4), at: 2))
        #expect(abs(again.right - 0.2) < 1e-6, "the vectors ended")
    }

    @Test("an explanation by stored encodings takes the velocity that was stored")
    func explained() throws {
        var fixture = try ModelFixture()
        let walking = Velocity(right: 0.05, down: 0)
        func frame(_ velocity: Velocity) -> AnomalyFrame {
            let looks = [
                FrameEncoding.Look(box: .whole, values: fixture.vector(0)),
                FrameEncoding.Look(box: ModelFixture.place(0.2), values: fixture.vector(1), velocity: velocity),
            ]
            return AnomalyFrame(
                encoding: FrameEncoding(time: ModelFixture.time(fixture.seconds), looks: looks), chroma: 20)
        }
        for _ in 0..<300 { _ = fixture.show(frame(walking)) }
        func score(_ velocity: Velocity) -> Double {
            fixture.model.scores(of: frame(velocity)).first { $0.lane == .motion }?.raw ?? -1
        }
        #expect(score(walking) < 0.05)
        #expect(score(Velocity(right: -0.3, down: 0)) > 0.5, "the wrong way")
    }
}
