import Foundation
import NN
import Testing

@Suite("sine positions")
struct SinePositionsTests {
    @Test("alternate sine and cosine of falling frequencies")
    func alternating() {
        let found = SinePositions.table(positions: [0, 3, 2.5], width: 6).rowArrays
        let expected: [[Double]] = [0, 3, 2.5].map { p in
            (0..<3).flatMap { j in
                let angle = p / pow(10_000, Double(j) / 3)
                return [sin(angle), cos(angle)]
            }
        }
        expectClose(found, expected, 1e-6, "positions")
        #expect(found[0] == [0, 1, 0, 1, 0, 1])
    }

    @Test("put all sines first where a model wants them so")
    func halves() {
        let one = SinePositions.table(positions: [7], width: 8).values
        let other = SinePositions.table(positions: [7], width: 8, order: .halves).values
        #expect(other == [0, 2, 4, 6, 1, 3, 5, 7].map { one[$0] })
    }

    /// Row 1, column 2 of `get_2d_sincos_pos_embed(8, …)`: frequencies 1 and 1/100 of the column, then of the row.
    @Test("a grid encodes the column in the first half and the row in the second")
    func grid() {
        let found = SinePositions.grid(rows: 2, columns: 3, width: 8)
        #expect(found.shape == [6, 8])
        let expected = [sin(2), sin(0.02), cos(2), cos(0.02), sin(1), sin(0.01), cos(1), cos(0.01)]
        expectClose([found[5].values], [expected], 1e-6, "row 1, column 2")
        expectClose([found[0].values], [[0, 0, 1, 1, 0, 0, 1, 1]], 0, "row 0, column 0")
    }
}
