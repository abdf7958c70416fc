internal import Base
internal import NN
internal import Store

// Letters: Q queries · R rows · D width.

/// Scores the rows of stored minutes against a few queries, with a bound on what rounding changes, and leaves out the minutes
/// whose sum says that nothing in them matters.
struct RowScan: Sendable {
    /// Queries as they were given [Q, D].
    let queries: [[Float]]
    private let rounded: ByteQueries
    private let lengths: [Float]

    init(_ queries: [[Float]]) {
        self.queries = queries
        rounded = ByteQueries(queries)
        lengths = queries.map { query in Float(query.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()).nextUp }
    }

    /// The most that each query's product with a vector of the minute can be [Q]; nil when nothing is known.
    func bounds(_ minute: EncodingDay.Minute) -> [Float]? {
        guard let summary = minute.summary else { return nil }
        return queries.indices.map { index in
            // The sums inside are of single precision.
            summary.upperBound(queries[index]) + 1e-4 * lengths[index]
        }
    }

    /// Products of rows with queries.
    struct Scores {
        /// The first of the rows.
        let first: Int
        /// Q.
        let queries: Int
        /// About the product of row r and query q at `(r − first) · Q + q`.
        let values: [Float]
        /// How far each is off at most.
        let slack: [Float]
        /// The most that a product with each query can be [Q].
        let highest: [Float]

        /// R.
        var rows: Int { queries > 0 ? values.count / queries : 0 }
    }

    /// The products of the rows that the records of a minute hold.
    func scores(_ minute: EncodingDay.Minute, _ day: EncodingDay) -> Scores {
        let rows = day.firstRow[minute.records.lowerBound]..<day.firstRow[minute.records.upperBound]
        let count = queries.count
        var sums = [Int32](repeating: 0, count: rows.count * count)
        if let base = day.base {
            day.rowOffsets.withUnsafeBufferPointer { offsets in
                sums.withUnsafeMutableBufferPointer { sums in
                    if let out = sums.baseAddress {
                        rounded.products(base, UnsafeBufferPointer(rebasing: offsets[rows]), into: out)
                    }
                }
            }
        }
        var (values, slack) = ([Float](repeating: 0, count: sums.count), [Float](repeating: 0, count: sums.count))
        var highest = [Float](repeating: -.infinity, count: count)
        let longest = 127 * Float(rounded.width).squareRoot()
        for (index, row) in rows.enumerated() {
            let scale = day.scale(row: row)
            for query in 0..<count {
                let place = index * count + query
                let value = Float(sums[place]) * scale * rounded.scales[query]
                values[place] = value
                // Cauchy and Schwarz on what rounding took from the query, and single precision.
                let error = scale * longest * (rounded.errors[query] + 4e-7 * lengths[query])
                slack[place] = error
                // False for what is no number: erased rows.
                if value + error > highest[query] { highest[query] = value + error }
            }
        }
        return Scores(first: rows.lowerBound, queries: count, values: values, slack: slack, highest: highest)
    }

    /// The same of several minutes, shared by the threads of the team that the calling thread leads.
    func scores(_ minutes: [EncodingDay.Minute], _ day: EncodingDay) -> [Scores] {
        var all = [Scores?](repeating: nil, count: minutes.count)
        all.withUnsafeMutableBufferPointer { all in
            let slots = all
            WorkerTeam.share(minutes.count) { index in slots[index] = scores(minutes[index], day) }
        }
        return all.compactMap(\.self)
    }

    /// The most that a product of any query with a row of each of several minutes can be.
    func highest(_ minutes: [EncodingDay.Minute], _ day: EncodingDay) -> [Float] {
        var all = [Float](repeating: -.infinity, count: minutes.count)
        all.withUnsafeMutableBufferPointer { all in
            let slots = all
            WorkerTeam.share(minutes.count) { index in
                slots[index] = scores(minutes[index], day).highest.max() ?? -.infinity
            }
        }
        return all
    }

    /// The product of a stored vector with query `index`, as exactly as it can be said.
    func exact(_ values: [Float], _ index: Int) -> Float {
        Float(zip(values, queries[index]).reduce(0.0) { $0 + Double($1.0) * Double($1.1) })
    }
}
