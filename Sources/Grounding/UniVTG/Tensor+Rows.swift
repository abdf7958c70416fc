internal import NN

// Letters: N, M rows · D columns.

extension Tensor {
    /// Adds `rows` [M, D] to the first M of these [N, D].
    mutating func addRows(_ rows: Tensor) {
        precondition(rows.shape[1] == shape[1] && rows.shape[0] <= shape[0], "\(rows.shape) added to \(shape)")
        withMutableValues { values in
            rows.withValues { rows in for index in rows.indices { values[index] += rows[index] } }
        }
    }

    /// x [N, D] → the columns in `range` [N, ·].
    func columns(_ range: Range<Int>) -> Tensor {
        let width = shape[1]
        return Tensor(shape: [shape[0], range.count]) { target in
            withValues { source in
                for row in 0..<shape[0] {
                    for (place, column) in range.enumerated() {
                        target.initializeElement(at: row * range.count + place, to: source[row * width + column])
                    }
                }
            }
        }
    }

    /// x [N, D] → [D, N].
    func transposed() -> Tensor {
        expect(nil, nil)
        let (rows, width) = (shape[0], shape[1])
        return Tensor(shape: [width, rows]) { target in
            withValues { source in
                for row in 0..<rows {
                    for column in 0..<width {
                        target.initializeElement(at: column * rows + row, to: source[row * width + column])
                    }
                }
            }
        }
    }

    /// x [L, D] → [L, 3·D]: each row between the one before and the one after, zeros beyond the ends.
    func withNeighbours() -> Tensor {
        let (rows, width) = (shape[0], shape[1])
        return Tensor(shape: [rows, 3 * width]) { target in
            target.initialize(repeating: 0)
            withValues { source in
                for row in 0..<rows {
                    for tap in 0..<3 where (0..<rows).contains(row + tap - 1) {
                        let (from, to) = ((row + tap - 1) * width, (row * 3 + tap) * width)
                        for column in 0..<width { target[to + column] = source[from + column] }
                    }
                }
            }
        }
    }
}
