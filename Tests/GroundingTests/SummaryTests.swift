import Grounding
import Testing

@Suite("summary")
struct SummaryTests {
    private func unit(_ angle: Float) -> [Float] {
        // Rational points of the circle: exact enough, and of length 1.
        let t = angle
        return [(1 - t * t) / (1 + t * t), 2 * t / (1 + t * t)]
    }

    @Test("each kind of moment is stood for once, the commonest with the largest share")
    func kinds() {
        let moments = (0..<10).map { _ in unit(0) } + (0..<4).map { _ in unit(1) } + (0..<6).map { _ in unit(0) }
        let found = Summary.choices(moments, count: 5)
        #expect(found.count == 2)
        #expect(found.map(\.share) == [0.8, 0.2])
        #expect((10..<14).contains(found[1].moment) && found[1].extent == 10...13)
        #expect(found[0].extent == 0...9)
    }

    @Test("nothing gives nothing, and one moment stands for all when one is asked for")
    func edges() {
        #expect(Summary.choices([], count: 3).isEmpty)
        #expect(Summary.choices([unit(0)], count: 0).isEmpty)
        let one = Summary.choices([unit(0), unit(0.1), unit(0.2)], count: 1)
        #expect(one.map(\.moment) == [1] && one.map(\.share) == [1] && one.map(\.extent) == [0...2])
    }
}
