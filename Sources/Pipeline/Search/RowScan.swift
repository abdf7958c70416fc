internal import Base
internal import NN
internal import Store

// Letters: Q queries · R rows · M minutes · D width.

/// Scores the rows of stored minutes against a few queries, with a bound on what rounding changes, and leaves out the minutes
/// whose sum says that nothing in them matters.
struct RowScan: Sendable {
    /// Minutes whose bounds are computed at a time.
    private static let chunk = 128

    /// Queries as they were given [Q, D].
    let queries: [[Float]]
    private let rounded: ByteQueries
    private let lengths: [Float]
    /// How far a product is off at most, for rows of scale 1 [Q]: Cauchy and Schwarz on what rounding took from the query, and
    /// single precision.
    private let slack: [Float]

    init(_ queries: [[Float]]) {
        self.queries = queries
        let rounded = ByteQueries(queries)
        let lengths = queries.map { query in
            Float(query.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()).nextUp
        }
        let longest = 127 * Float(rounded.width).squareRoot()
        slack = zip(rounded.errors, lengths).map { longest * ($0 + 4e-7 * $1) }
        (self.rounded, self.lengths) = (rounded, lengths)
    }

    /// The most that each query's product with a vector of each of these minutes can be [M, Q]; infinite where nothing is known.
    /// Shared by the threads of the team that the calling thread leads.
    func bounds(_ minutes: Range<Int>, _ day: EncodingDay) -> [Float] {
        let count = queries.count
        var bounds = [Float](repeating: .infinity, count: minutes.count * count)
        bounds.withUnsafeMutableBufferPointer { bounds in
            let slots = bounds
            WorkerTeam.share((minutes.count + Self.chunk - 1) / Self.chunk) { part in
                let first = part * Self.chunk
                let some = first..<min(first + Self.chunk, minutes.count)
                let known = some.compactMap { place in
                    day.minutes[minutes.lowerBound + place].sum.map { (place: place, sum: $0) }
                }
                let products = self.products(with: known.map(\.sum), day.sums)
                for (index, (place, sum)) in known.enumerated() {
                    let (scale, radius) = (day.sums.scales[sum], day.sums.radii[sum])
                    for query in 0..<count {
                        let product = Float(products[index * count + query]) * scale * rounded.scales[query]
                        // The sums inside are of single precision.
                        slots[place * count + query] =
                            product + scale * slack[query] + (radius + 1e-4) * lengths[query]
                    }
                }
            }
        }
        return bounds
    }

    private func products(with means: [Int], _ sums: MinuteSums) -> [Int32] {
        let offsets = means.map { UInt64($0 * sums.dimension) }
        return sums.values.withUnsafeBytes { bytes in
            offsets.withUnsafeBufferPointer { offsets in
                [Int32](unsafeUninitializedCapacity: offsets.count * queries.count) { buffer, size in
                    guard let base = bytes.baseAddress, let out = buffer.baseAddress else { return }
                    rounded.products(base, offsets, into: out)
                    size = offsets.count * queries.count
                }
            }
        }
    }

    /// Products of rows with queries.
    struct Scores {
        /// The first of the rows.
        let first: Int
        /// The sums of integers of row r and query q at `(r − first) · Q + q`.
        let sums: [Int32]
        /// The most that a product with each query can be [Q].
        let highest: [Float]
    }

    /// The products of the rows that the records of a minute hold.
    func scores(_ minute: EncodingDay.Minute, _ day: EncodingDay) -> Scores {
        let rows = day.firstRow[minute.records.lowerBound]..<day.firstRow[minute.records.upperBound]
        let count = queries.count
        let sums = day.rowOffsets.withUnsafeBufferPointer { offsets in
            [Int32](unsafeUninitializedCapacity: rows.count * count) { buffer, size in
                guard let base = day.base, let out = buffer.baseAddress, !rows.isEmpty else { return }
                rounded.products(base, UnsafeBufferPointer(rebasing: offsets[rows]), into: out)
                size = rows.count * count
            }
        }
        return Scores(first: rows.lowerBound, sums: sums, highest: highest(sums, rows, day))
    }

    /// The most that a product of each query with one of these rows can be [Q].
    private func highest(_ sums: [Int32], _ rows: Range<Int>, _ day: EncodingDay) -> [Float] {
        let count = queries.count
        return [Float](unsafeUninitializedCapacity: count) { highest, size in
            highest.initialize(repeating: -.infinity)
            size = count
            guard let base = day.base, sums.count == rows.count * count else { return }
            let (out, steps) = (highest, rounded.scales)
            sums.withUnsafeBufferPointer { sums in
                slack.withUnsafeBufferPointer { slack in
                    steps.withUnsafeBufferPointer { steps in
                        day.rowOffsets.withUnsafeBufferPointer { offsets in
                            for (index, row) in rows.enumerated() {
                                let scale = EncodingDay.scale(base, row: offsets[row])
                                for query in 0..<count {
                                    let sum = Float(sums[index &* count &+ query])
                                    let most = sum * (scale * steps[query]) + scale * slack[query]
                                    // False for what is no number: erased rows.
                                    out[query] = most > out[query] ? most : out[query]
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// Between what the product of a row and a query lies.
    func range(_ scores: Scores, row: Int, query: Int, _ day: EncodingDay) -> (lower: Float, upper: Float) {
        let scale = day.scale(row: row)
        let value =
            Float(scores.sums[(row - scores.first) * queries.count + query]) * (scale * rounded.scales[query])
        return (value - scale * slack[query], value + scale * slack[query])
    }

    /// The scores of several minutes, shared by the threads of the team that the calling thread leads.
    func scores(_ minutes: [EncodingDay.Minute], _ day: EncodingDay) -> [Scores] {
        var all = [Scores?](repeating: nil, count: minutes.count)
        all.withUnsafeMutableBufferPointer { all in
            let slots = all
            WorkerTeam.share(minutes.count) { index in slots[index] = scores(minutes[index], day) }
        }
        return all.compactMap(\.self)
    }

    /// The most that a product of each query with a row of each of several minutes can be [M, Q], shared in the same way.
    func highest(_ minutes: [EncodingDay.Minute], _ day: EncodingDay) -> [Float] {
        let count = queries.count
        var all = [Float](repeating: -.infinity, count: minutes.count * count)
        all.withUnsafeMutableBufferPointer { all in
            let slots = all
            WorkerTeam.share(minutes.count) { index in
                for (query, most) in scores(minutes[index], day).highest.enumerated() {
                    slots[index * count + query] = most
                }
            }
        }
        return all
    }

    /// The product of a stored vector with query `index`, as exactly as it can be said.
    func exact(_ values: [Float], _ index: Int) -> Float {
        Float(zip(values, queries[index]).reduce(0.0) { $0 + Double($1.0) * Double($1.1) })
    }
}
