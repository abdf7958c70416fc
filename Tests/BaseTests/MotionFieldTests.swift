import Base
import Testing

@Suite("Motion field")
struct MotionFieldTests {
    /// 10 × 10 patches, those of `moving` (column, row) with a velocity of their own, the others still.
    private func field(_ moving: [(Int, Int, Velocity?)]) -> MotionField {
        var patches = [Velocity?](repeating: .zero, count: 100)
        for (column, row, velocity) in moving { patches[row * 10 + column] = velocity }
        return MotionField(columns: 10, rows: 10, patches: patches)
    }

    private func box(_ left: Double, _ top: Double, _ right: Double, _ bottom: Double) -> Box {
        Box(left: left, top: top, right: right, bottom: bottom)
    }

    @Test("what is in a box moves as the median of the patches that move in it")
    func median() {
        let moving = field([
            (2, 2, Velocity(right: 0.1, down: 0)), (3, 2, Velocity(right: 0.2, down: -0.1)),
            (2, 3, Velocity(right: 0.3, down: 0.4)), (8, 8, Velocity(right: -9, down: -9)),
        ])
        #expect(moving.velocity(in: box(0.2, 0.2, 0.4, 0.4)) == Velocity(right: 0.2, down: 0))
        #expect(moving.velocity(in: box(0.5, 0.5, 0.7, 0.7)) == .zero)
        #expect(moving.velocity(in: box(0.82, 0.81, 0.83, 0.83)) == Velocity(right: -9, down: -9), "less than a patch")
        #expect(moving.velocity(in: box(1, 1, 1, 1)) == .zero, "the last patch")
    }

    @Test("a box in which little moves stands, one of which nothing is known has no velocity")
    func few() {
        let fast = Velocity(right: 0.5, down: 0)
        #expect(field([(0, 0, fast)]).velocity(in: box(0, 0, 0.4, 0.4)) == .zero)
        let unknown = field((0..<10).flatMap { row in (0..<5).map { ($0, row, nil) } } + [(4, 0, fast)])
        #expect(unknown.velocity(in: box(0, 0.5, 0.5, 1)) == nil)
        #expect(unknown.velocity(in: box(0, 0, 0.5, 0.2)) == fast, "the known patches alone count")
    }
}
