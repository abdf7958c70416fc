import NN
import Testing

/// Products of stored bytes with rounded queries: exact sums, and a bound on what the rounding changes.
@Suite("byte queries")
struct ByteQueriesTests {
    @Test(
        "sums equal plain loops, and the bound holds", arguments: KernelTests.oddSizes + [512, 768, 1152, 4096],
        [1, 2, 4, 5, 9])
    func sums(width: Int, count: Int) {
        var random = RandomNumbers(seed: UInt64(width * 16 + count))
        let queries = random.rows(count, width)
        let rounded = ByteQueries(queries)
        // Rows at odd offsets, as they lie in a file, the largest values among them.
        let rows = 7
        var bytes = [Int8](repeating: 0, count: rows * (width + 3) + 5)
        for index in bytes.indices { bytes[index] = Int8(truncatingIfNeeded: Int(random.floats(1)[0] * 127)) }
        for index in 0..<width { bytes[5 + index] = index % 2 == 0 ? 127 : -127 }
        let offsets = (0..<rows).map { UInt64(5 + $0 * (width + 3)) }
        var sums = [Int32](repeating: -1, count: rows * count)
        bytes.withUnsafeBytes { bytes in
            offsets.withUnsafeBufferPointer { offsets in
                sums.withUnsafeMutableBufferPointer { sums in
                    if let base = bytes.baseAddress, let out = sums.baseAddress {
                        rounded.products(base, offsets, into: out)
                    }
                }
            }
        }
        for row in 0..<rows {
            let values = bytes[Int(offsets[row])..<Int(offsets[row]) + width]
            let length = values.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
            for query in 0..<count {
                let exact = zip(values, queries[query]).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
                let found = Double(sums[row * count + query]) * Double(rounded.scales[query])
                #expect(abs(found - exact) <= Double(rounded.errors[query]) * length * 1.0001, "width \(width)")
                #expect(abs(found - exact) <= 1e-3 * length)
            }
        }
    }

    @Test("a query of zeros and no row at all give nothing")
    func empty() {
        let rounded = ByteQueries([[0, 0, 0]])
        #expect(rounded.scales == [0] && rounded.errors[0] < 1e-30)
        #expect(ByteQueries([]).count == 0)
    }
}
