internal import COpenBLAS

// Letters: D width.

/// Scales each row to a root mean square of 1, then by a gain (Zhang & Sennrich 2019, "Root Mean Square Layer
/// Normalization").
public struct RMSNorm: Sendable {
    /// Gain [D].
    public let weight: Tensor
    /// Added to the mean square.
    public let epsilon: Float

    /// A layer over a given gain [D].
    public init(weight: Tensor, epsilon: Float) {
        weight.expect(nil)
        self.weight = weight
        self.epsilon = epsilon
    }

    /// Reads `weight` [width] below `weights`.
    public init(_ weights: Checkpoint, width: Int, epsilon: Float) throws(WeightsError) {
        self.init(weight: try weights.tensor("weight", shape: [width]), epsilon: epsilon)
    }

    /// x [..., D] → [..., D].
    public func callAsFunction(_ x: Tensor) -> Tensor {
        let (rows, columns) = x.matrixShape
        weight.expect(columns)
        return Tensor(shape: x.shape) { result in
            x.withPointer { x in
                weight.withPointer { gain in
                    for row in 0..<rows {
                        let (source, target) = (x + row * columns, result.start + row * columns)
                        let squares = cblas_sdot(blasint(columns), source, 1, source, 1)
                        let scale = 1 / (squares / Float(columns) + epsilon).squareRoot()
                        for i in 0..<columns { target[i] = source[i] * scale * gain[i] }
                    }
                }
            }
        }
    }
}
