import NN
import Testing

@Suite("interpolation and attention against their definitions")
struct InterpolationTests {
    @Test("every kind of resizing is its definition, growing and shrinking", arguments: Interpolation.allCases)
    func resizing(kind: Interpolation) {
        var random = RandomNumbers(seed: 3)
        for (input, output) in [(1, 1), (1, 5), (5, 1), (7, 3), (3, 7), (16, 16), (31, 8), (8, 31), (100, 9)] {
            let line = random.floats(input)
            let found = Tensor(line, shape: [input, 1]).resized(count: output, kind).values
            let expected = ReferenceInterpolation.resized(line, count: output, kind)
            for (found, expected) in zip(found, expected) {
                #expect(abs(Double(found) - expected) < 2e-5, "\(kind), \(input) to \(output)")
            }
        }
    }

    @Test("a grid is resized one direction after the other, each depth by itself", arguments: Interpolation.allCases)
    func grids(kind: Interpolation) {
        var random = RandomNumbers(seed: 4)
        let grid = Tensor(random.floats(5 * 7 * 3), shape: [5, 7, 3])
        let found = grid.resized(rows: 4, columns: 9, kind)
        for depth in 0..<3 {
            let columns = (0..<7).map { column in
                ReferenceInterpolation.resized((0..<5).map { grid[$0][column].values[depth] }, count: 4, kind)
            }
            for row in 0..<4 {
                let line = ReferenceInterpolation.resized(columns.map { Float($0[row]) }, count: 9, kind)
                for column in 0..<9 {
                    #expect(abs(Double(found[row][column].values[depth]) - line[column]) < 2e-5)
                }
            }
        }
    }

    @Test("attention of rows on other rows is its definition, in blocks, causal and with shared key heads")
    func attention() {
        var random = RandomNumbers(seed: 5)
        for (count, seen, heads, shared, isCausal) in [
            (1, 1, 1, 1, false), (3, 7, 4, 1, false), (7, 7, 4, 2, true), (2, 9, 6, 2, true), (300, 300, 2, 2, true),
            (130, 17, 2, 1, false),
        ] {
            let headWidth = 5
            let keyHeads = heads / shared
            let queries = random.rows(count, heads * headWidth)
            let keys = random.rows(seen, keyHeads * headWidth)
            let values = random.rows(seen, keyHeads * headWidth)
            let found = ScaledAttention.mix(
                queries: Tensor(rows: queries), keys: Tensor(rows: keys), values: Tensor(rows: values), heads: heads,
                keyHeads: keyHeads, isCausal: isCausal
            ).rowArrays
            for query in [0, count / 2, count - 1] {
                let visible = isCausal ? seen - count + query + 1 : seen
                for head in 0..<heads {
                    let slice = { (row: [Float], head: Int) in
                        row[head * headWidth..<(head + 1) * headWidth].map(Double.init)
                    }
                    let expected = ReferenceKernels.attention(
                        queries: [slice(queries[query], head)],
                        keys: keys.prefix(visible).map { slice($0, head / shared) },
                        values: values.prefix(visible).map { slice($0, head / shared) }, heads: 1, isCausal: false)[0]
                    for (found, expected) in zip(slice(found[query], head), expected) {
                        #expect(abs(found - expected) < 1e-5)
                    }
                }
            }
        }
    }

    @Test("joining puts rows one after the other; the mean of rows is theirs")
    func joining() {
        let (a, b) = (Tensor(rows: [[1, 2], [3, 4]]), Tensor(rows: [[5, 6]]))
        let joined = Tensor(joining: [a, Tensor(zeros: [0, 2]), b])
        #expect(joined.rowArrays == [[1, 2], [3, 4], [5, 6]])
        #expect(joined.meanOfRows().values == [3, 4])
        #expect(Tensor(joining: []).shape == [0, 0])
        var product = a
        product.multiply(by: a)
        #expect(product.values == [1, 4, 9, 16])
    }
}
