// Letters: N, M rows · D width.

extension Tensor {
    /// The rows of all `parts` [N, D], one after the other; they share D.
    public init(joining parts: [Tensor]) {
        let width = parts.first?.matrixShape.columns ?? 0
        let rows = parts.reduce(0) { $0 + $1.matrixShape.rows }
        self.init(shape: [rows, width]) { result in
            var target = 0
            for part in parts {
                part.expect(nil, width)
                part.withValues { source in
                    for i in 0..<source.count { result[target + i] = source[i] }
                    target += source.count
                }
            }
        }
    }

    /// [N…, D] and [N…, E] → [N…, D + E]: the rows of `second` behind those of `first`.
    public init(beside first: Tensor, _ second: Tensor) {
        let ((rows, left), (others, right)) = (first.matrixShape, second.matrixShape)
        precondition(rows == others, "\(first.shape) beside \(second.shape)")
        self.init(shape: first.shape.dropLast() + [left + right]) { result in
            first.withPointer { first in
                second.withPointer { second in
                    for row in 0..<rows {
                        let target = result.start + row * (left + right)
                        target.initialize(from: first + row * left, count: left)
                        (target + left).initialize(from: second + row * right, count: right)
                    }
                }
            }
        }
    }

    /// Multiplies every value by that of `other`, of the same shape, at its place.
    public mutating func multiply(by other: Tensor) {
        precondition(shape == other.shape, "\(shape) *= \(other.shape)")
        withMutableValues { target in
            other.withValues { source in for i in 0..<source.count { target[i] *= source[i] } }
        }
    }
}

extension Tensor {
    /// x [N, D], N > 0 → the mean of its rows [1, D].
    public func meanOfRows() -> Tensor {
        expect(nil, nil)
        precondition(shape[0] > 0, "the mean of no rows")
        let weights = Tensor([Float](repeating: 1 / Float(shape[0]), count: shape[0]), shape: [1, shape[0]])
        let (rows, width) = (shape[0], shape[1])
        return Tensor(shape: [1, width]) { result in
            weights.withPointer { weights in
                withPointer { source in
                    BLAS.multiply(
                        weights, stride: rows, source, stride: width, into: result.start, stride: width, m: 1,
                        n: width, k: rows)
                }
            }
        }
    }
}
