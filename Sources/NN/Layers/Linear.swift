internal import CKernels

// Letters: N rows (tokens) · I inputs · O outputs.

/// y = x · Wᵀ + b, with W [O, I] and b [O] (`torch.nn.Linear`).
public struct Linear: Sendable {
    /// W [O, I].
    public let weight: Tensor
    /// b [O], or none.
    public let bias: Tensor?

    /// Width of a row of input.
    public var inputs: Int { weight.shape[1] }
    /// Width of a row of output.
    public var outputs: Int { weight.shape[0] }

    /// A layer over given weights [O, I] and bias [O].
    public init(weight: Tensor, bias: Tensor?) {
        weight.expect(nil, nil)
        bias?.expect(weight.shape[0])
        self.weight = weight
        self.bias = bias
    }

    /// Reads `weight` [outputs, inputs] and, with `hasBias`, `bias` [outputs] below `weights`.
    public init(
        _ weights: Checkpoint, inputs: Int, outputs: Int, hasBias: Bool = true
    ) throws(WeightsError) {
        let weight = try weights.tensor("weight", shape: [outputs, inputs])
        let bias = hasBias ? try weights.tensor("bias", shape: [outputs]) : nil
        self.init(weight: weight, bias: bias)
    }

    /// x [..., I] → [..., O].
    public func callAsFunction(_ x: Tensor) -> Tensor {
        let (rows, _) = x.matrixShape
        return Tensor(shape: x.shape.dropLast() + [outputs]) { result in
            apply(x, rows: rows, to: result.start, stride: outputs, isAdding: false)
        }
    }

    /// y [..., O] += x [..., I] · Wᵀ + b: the layer on a residual path.
    public func add(_ x: Tensor, to y: inout Tensor) {
        precondition(y.matrixShape == (x.matrixShape.rows, outputs), "\(x.shape) added to \(y.shape)")
        y.withMutablePointer { apply(x, rows: x.matrixShape.rows, to: $0, stride: outputs, isAdding: true) }
    }

    /// Writes y [N, O] with `stride` floats between rows, so that several layers can fill one wide matrix.
    func apply(
        _ x: Tensor, rows: Int, to target: UnsafeMutablePointer<Float>, stride: Int, isAdding: Bool
    ) {
        precondition(x.matrixShape == (rows, inputs), "x \(x.shape) for weights \(weight.shape)")
        let (inputs, outputs) = (inputs, outputs)
        x.withPointer { x in
            weight.withPointer { weight in
                BLAS.multiplyTransposed(
                    x, stride: inputs, weight, stride: inputs, into: target, stride: stride, m: rows, n: outputs,
                    k: inputs, keep: isAdding ? 1 : 0)
            }
        }
        bias?.withPointer { ck_add_bias(target, $0, rows, outputs, stride) }
    }
}
