internal import CKernels

// Letters: Q queries · R rows · D width.

/// Queries rounded to 16-bit integers, to be multiplied with stored rows of 8-bit integers: the sums are exact integers, and
/// ``error`` bounds what the rounding of the query changes.
package struct ByteQueries: Sendable {
    /// Q.
    package let count: Int
    /// D.
    package let width: Int
    /// What one step of each query's integers is worth [Q].
    package let scales: [Float]
    /// Length of the difference between each query and what it was rounded to [Q], rounded up.
    package let errors: [Float]
    private let values: [Int16]  // [Q, D]

    /// Rounds `queries` [Q, D], all of one width and finite. The step is as small as sums of 32 bits allow.
    package init(_ queries: [[Float]]) {
        count = queries.count
        width = queries.first?.count ?? 0
        let largestInteger = Float(min(32_767, Int(Int32.max) / (127 * max(width, 1)) - 1))
        var (scales, errors, values): ([Float], [Float], [Int16]) = ([], [], [])
        for query in queries {
            precondition(query.count == width, "queries of \(query.count) and \(width) numbers")
            let largest = query.reduce(Float(0)) { max($0, abs($1)) }
            let scale = largest / largestInteger
            let rounded = query.map {
                scale > 0 ? Int16(max(-largestInteger, min(largestInteger, ($0 / scale).rounded()))) : 0
            }
            let squares = zip(query, rounded).reduce(0.0) { sum, pair in
                let difference = Double(pair.0) - Double(pair.1) * Double(scale)
                return sum + difference * difference
            }
            scales.append(scale)
            errors.append(Float(squares.squareRoot()).nextUp)
            values += rounded
        }
        (self.scales, self.errors, self.values) = (scales, errors, values)
    }

    /// The integer products of the R rows of D bytes that begin at `base + offsets[r]` with every query → [R, Q].
    package func products(
        _ base: UnsafeRawPointer, _ offsets: UnsafeBufferPointer<UInt64>, into out: UnsafeMutablePointer<Int32>
    ) {
        guard let offsetsStart = offsets.baseAddress, !offsets.isEmpty, count > 0 else { return }
        values.withUnsafeBufferPointer { values in
            ck_byte_products(
                base.assumingMemoryBound(to: Int8.self), offsetsStart, offsets.count, width, values.baseAddress, count,
                out)
        }
    }
}
