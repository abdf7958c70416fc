internal import CKernels

// Letters: N, M rows · D width of a vector.

/// Comparing encodings.
public enum Similarity {
    /// Up to so many rows are multiplied one by one, in one order of sums: x · y and y · x are then equal to the bit.
    private static let few = 8

    /// rows [N, D], columns [M, D] → [N, M] of cosines in −1…1; a zero vector has cosine 0 with everything.
    public static func cosine(rows: Tensor, columns: Tensor) -> Tensor {
        var result = dot(rows: rows, columns: columns)
        let (n, m) = (result.shape[0], result.shape[1])
        let rowScales = inverseLengths(rows)
        let columnScales = inverseLengths(columns)
        result.withMutableValues { values in
            for i in 0..<n {
                for j in 0..<m { values[i * m + j] *= rowScales[i] * columnScales[j] }
            }
        }
        return result
    }

    /// rows [N, D], columns [M, D] → [N, M] of dot products: the cosines of vectors that are L2-normalised already.
    public static func dot(rows: Tensor, columns: Tensor) -> Tensor {
        rows.expect(nil, nil)
        columns.expect(nil, columns.shape[0] == 0 ? nil : rows.shape[1])
        let (n, m, width) = (rows.shape[0], columns.shape[0], rows.shape[1])
        guard n > 0, m > 0, width > 0 else { return Tensor(zeros: [n, m]) }
        return Tensor(shape: [n, m]) { result in
            rows.withPointer { a in
                columns.withPointer { b in
                    guard n > few else {
                        ck_row_products(a, n, b, m, width, result.start)
                        return
                    }
                    BLAS.multiplyTransposed(
                        a, stride: width, b, stride: width, into: result.start, stride: m, m: n, n: m, k: width)
                }
            }
        }
    }

    private static func inverseLengths(_ x: Tensor) -> [Float] {
        let width = x.shape[1]
        return x.withValues { values in
            (0..<x.shape[0]).map { row in
                let squares = values[row * width..<(row + 1) * width].reduce(Float(0)) { $0 + $1 * $1 }
                return squares > 0 ? 1 / squares.squareRoot() : 0
            }
        }
    }
}

extension Tensor {
    /// x [N, D] → every row divided by its Euclidean length; rows of zeros stay zeros.
    public func normalisedRows() -> Tensor {
        expect(nil, nil)
        var result = self
        let width = shape[1]
        result.withMutableValues { values in
            for row in 0..<shape[0] {
                let span = row * width..<(row + 1) * width
                let squares = values[span].reduce(Float(0)) { $0 + $1 * $1 }
                guard squares > 0 else { continue }
                for i in span { values[i] /= squares.squareRoot() }
            }
        }
        return result
    }
}
