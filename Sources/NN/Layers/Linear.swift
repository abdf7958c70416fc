internal import CKernels

// Letters: N rows (tokens) · I inputs · O outputs.

/// y = x · Wᵀ + b, with W [O, I] and b [O] (`torch.nn.Linear`), in one of two precisions.
public struct Linear: Sendable {
    private enum Weights: Sendable {
        case floats(Tensor)  // [O, I]
        case bytes(QuantisedWeights)
    }

    private let weights: Weights
    /// b [O], or none.
    public let bias: Tensor?
    /// Width of a row of input.
    public let inputs: Int
    /// Width of a row of output.
    public let outputs: Int

    /// A layer over given weights [O, I] and bias [O], which `precision` may quantise.
    public init(weight: Tensor, bias: Tensor?, precision: Precision = .fp32) {
        weight.expect(nil, nil)
        bias?.expect(weight.shape[0])
        self.bias = bias
        (outputs, inputs) = (weight.shape[0], weight.shape[1])
        let isQuantised = precision == .int8 && inputs <= QuantisedWeights.maximumInputs
        weights = isQuantised ? .bytes(QuantisedWeights(weight, bias: bias)) : .floats(weight)
    }

    /// Reads `weight` [outputs, inputs] and, with `hasBias`, `bias` [outputs] below `weights`, in their precision.
    public init(
        _ weights: Checkpoint, inputs: Int, outputs: Int, hasBias: Bool = true
    ) throws(WeightsError) {
        let weight = try weights.tensor("weight", shape: [outputs, inputs])
        let bias = hasBias ? try weights.tensor("bias", shape: [outputs]) : nil
        self.init(weight: weight, bias: bias, precision: weights.precision)
    }

    /// What the layer computes with.
    public var precision: Precision {
        switch weights {
        case .floats: .fp32
        case .bytes: .int8
        }
    }

    /// x [..., I] → activation(y) [..., O].
    public func callAsFunction(_ x: Tensor, activation: Activation? = nil) -> Tensor {
        let input = LinearInput(x)
        return Tensor(shape: x.shape.dropLast() + [outputs]) { result in
            apply(input, activation: activation, to: result.start, stride: outputs)
        }
    }

    /// y [..., O] += x [..., I] · Wᵀ + b: the layer on a residual path.
    public func add(_ x: Tensor, to y: inout Tensor) {
        let input = LinearInput(x)
        precondition(y.matrixShape == (input.rows, outputs), "\(x.shape) added to \(y.shape)")
        y.withMutablePointer { apply(input, isAdding: true, to: $0, stride: outputs) }
    }

    /// Writes activation(y) [N, O] with `stride` floats between rows, so that several layers can fill one wide matrix; or
    /// adds y to what is there.
    func apply(
        _ input: LinearInput, activation: Activation? = nil, isAdding: Bool = false,
        to target: UnsafeMutablePointer<Float>, stride: Int
    ) {
        precondition(input.width == inputs, "rows of \(input.width) for \(inputs) inputs")
        precondition(!isAdding || activation == nil, "an activation on a residual path")
        switch weights {
        case .bytes(let weights):
            let rows = input.quantised()
            OperationProfile.measure(.product) {
                weights.apply(rows, activation: activation, isAdding: isAdding, to: target, stride: stride)
            }
        case .floats(let weight):
            OperationProfile.measure(.product) {
                multiply(input.x, weight, rows: input.rows, isAdding: isAdding, to: target, stride: stride) {
                    column, width in
                    bias?.withPointer { ck_add_bias(target + column, $0 + column, input.rows, width, stride) }
                    if let activation {
                        ck_activate_rows(activation.code, target + column, input.rows, width, stride)
                    }
                }
            }
        }
    }

    /// Columns of the product are shared with the team; `finish` completes those from a column on.
    private func multiply(
        _ x: Tensor, _ weight: Tensor, rows: Int, isAdding: Bool, to target: UnsafeMutablePointer<Float>, stride: Int,
        finish: (_ column: Int, _ width: Int) -> Void
    ) {
        let (inputs, outputs) = (inputs, outputs)
        // A quarter of a thread's share at a time, whole vectors, and enough of them that packing x again is cheap.
        let width = max(128, (outputs / (4 * WorkerTeam.participants) + 63) / 64 * 64)
        x.withPointer { x in
            weight.withPointer { weight in
                WorkerTeam.share((outputs + width - 1) / width) { piece in
                    let column = piece * width
                    let columns = min(width, outputs - column)
                    BLAS.multiplyTransposed(
                        x, stride: inputs, weight + column * inputs, stride: inputs, into: target + column,
                        stride: stride, m: rows, n: columns, k: inputs, keep: isAdding ? 1 : 0)
                    finish(column, columns)
                }
            }
        }
    }
}

/// What one or several layers read: x [N, I], brought to bytes once when one of them wants bytes.
final class LinearInput {
    let x: Tensor
    let rows, width: Int
    private var bytes: QuantisedRows?

    init(_ x: Tensor) {
        self.x = x
        (rows, width) = x.matrixShape
    }

    func quantised() -> QuantisedRows {
        if let bytes { return bytes }
        let made = OperationProfile.measure(.quantisation) { QuantisedRows(x) }
        bytes = made
        return made
    }
}
