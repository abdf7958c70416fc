internal import CKernels

// Letters: D width.

/// Normalises each row to mean 0 and variance 1, then scales and shifts it (Ba et al. 2016; `torch.nn.LayerNorm`).
public struct LayerNorm: Sendable {
    /// Gain [D].
    public let weight: Tensor
    /// Shift [D].
    public let bias: Tensor
    /// Added to the variance.
    public let epsilon: Float

    /// A layer over given gain [D] and shift [D].
    public init(weight: Tensor, bias: Tensor, epsilon: Float) {
        weight.expect(nil)
        bias.expect(weight.shape[0])
        self.weight = weight
        self.bias = bias
        self.epsilon = epsilon
    }

    /// Reads `weight` [width] and `bias` [width] below `weights`.
    public init(_ weights: Checkpoint, width: Int, epsilon: Float) throws(WeightsError) {
        self.init(
            weight: try weights.tensor("weight", shape: [width]), bias: try weights.tensor("bias", shape: [width]),
            epsilon: epsilon)
    }

    /// x [..., D] → [..., D].
    public func callAsFunction(_ x: Tensor) -> Tensor {
        let (rows, columns) = x.matrixShape
        weight.expect(columns)
        return Tensor(shape: x.shape) { result in
            OperationProfile.measure(.norm) {
                x.withPointer { x in
                    weight.withPointer { gain in
                        bias.withPointer { shift in
                            ck_layer_norm(x, result.start, rows, columns, gain, shift, epsilon)
                        }
                    }
                }
            }
        }
    }
}
