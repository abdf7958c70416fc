internal import CKernels

// Letters: N rows (tokens) · I inputs · O outputs.

/// y = x · Wᵀ + b, with W [O, I] and b [O] (`torch.nn.Linear`), in one of two precisions. Weights are laid out for the
/// processor when the layer is made.
public struct Linear: Sendable {
    private enum Weights: Sendable {
        case bytes(QuantisedWeights)
        case groups(GroupedWeights)
        case floats(PackedWeights)
        case published(Tensor)  // [O, I], for BLAS
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
        if precision == .int8 && inputs <= QuantisedWeights.maximumInputs {
            weights = .bytes(QuantisedWeights(weight, bias: bias))
        } else if precision == .int8Groups && inputs <= QuantisedWeights.maximumInputs {
            weights = .groups(GroupedWeights(weight, bias: bias))
        } else if Instructions.best != .portable {
            weights = .floats(PackedWeights(weight, bias: bias))
        } else {
            weights = .published(weight)
        }
    }

    /// Reads `weight` [outputs, inputs] and, with `hasBias`, `bias` [outputs] below `weights`, in their precision; quantised ones
    /// from their file, where it has them.
    public init(
        _ weights: Checkpoint, inputs: Int, outputs: Int, hasBias: Bool = true
    ) throws(WeightsError) {
        let bias = hasBias ? try weights.tensor("bias", shape: [outputs]) : nil
        let shape = [outputs, inputs]
        if inputs <= QuantisedWeights.maximumInputs {
            let count =
                switch weights.precision {
                case .fp32: 0
                case .int8: QuantisedWeights.byteCount(outputs: outputs, inputs: inputs)
                case .int8Groups: GroupedWeights.byteCount(outputs: outputs, inputs: inputs)
                }
            if count > 0, let bytes = try weights.quantised("weight", shape: shape, count: count) {
                self.init(bytes, bias: bias, inputs: inputs, outputs: outputs, precision: weights.precision)
                return
            }
        }
        if weights.precision == .int8Groups, inputs <= QuantisedWeights.maximumInputs,
            let grouped = try weights.grouped("weight", shape: shape, bias: bias)
        {
            self.init(grouped, bias: bias)
        } else {
            self.init(weight: try weights.tensor("weight", shape: shape), bias: bias, precision: weights.precision)
        }
        switch self.weights {
        case .bytes(let own): weights.keep(own.bytes, quantised: "weight")
        case .groups(let own): weights.keep(own.bytes, quantised: "weight")
        case .floats, .published: break
        }
    }

    private init(_ bytes: AlignedBytes, bias: Tensor?, inputs: Int, outputs: Int, precision: Precision) {
        (self.bias, self.inputs, self.outputs) = (bias, inputs, outputs)
        weights =
            precision == .int8
            ? .bytes(QuantisedWeights(bytes, outputs: outputs, inputs: inputs))
            : .groups(GroupedWeights(bytes, outputs: outputs, inputs: inputs))
    }

    private init(_ grouped: GroupedWeights, bias: Tensor?) {
        (self.bias, inputs, outputs) = (bias, grouped.inputs, grouped.outputs)
        weights = .groups(grouped)
    }

    /// What the layer computes with.
    public var precision: Precision {
        switch weights {
        case .floats, .published: .fp32
        case .bytes: .int8
        case .groups: .int8Groups
        }
    }

    /// W [O, I], copied out for folding into other layers; nil once it is quantised.
    public var weight: Tensor? {
        switch weights {
        case .floats(let weights): weights.weight
        case .published(let weight): weight
        case .bytes, .groups: nil
        }
    }

    /// The weights of these outputs [N, I], as the layer computes with them: the lookup table that shares them.
    public func weightRows(_ wanted: [Int]) -> Tensor {
        precondition(wanted.allSatisfy { (0..<outputs).contains($0) }, "an output beyond \(outputs)")
        switch weights {
        case .bytes(let weights): return weights.rows(wanted)
        case .groups(let weights): return weights.rows(wanted)
        case .floats(let weights): return weights.rows(wanted)
        case .published(let weight): return weight.gathered(rows: wanted)
        }
    }

    /// x [..., I] → activation(y) [..., O].
    public func callAsFunction(_ x: Tensor, activation: Activation? = nil) -> Tensor {
        let input = LinearInput(x)
        return Tensor(shape: x.shape.dropLast() + [outputs]) { result in
            apply(input, activation: activation, to: result.start, stride: outputs)
        }
    }

    /// y [..., O] += x [..., I] · Wᵀ + b: the layer on a residual path. With fewer rows of x, the rows of y from `firstRow`
    /// on.
    public func add(_ x: Tensor, to y: inout Tensor, from firstRow: Int = 0) {
        let input = LinearInput(x)
        let (rows, width) = y.matrixShape
        precondition(width == outputs && firstRow >= 0 && firstRow + input.rows <= rows, "\(x.shape) on \(y.shape)")
        y.withMutablePointer { apply(input, isAdding: true, to: $0 + firstRow * width, stride: outputs) }
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
        case .groups(let weights):
            let rows = input.quantisedForGroups()
            OperationProfile.measure(.product) {
                weights.apply(rows, activation: activation, isAdding: isAdding, to: target, stride: stride)
            }
        case .floats(let weights):
            let rows = input.arranged()
            OperationProfile.measure(.product) {
                weights.apply(rows, activation: activation, isAdding: isAdding, to: target, stride: stride)
            }
        case .published(let weight):
            OperationProfile.measure(.product) {
                multiply(input, weight, activation: activation, isAdding: isAdding, to: target, stride: stride)
            }
        }
    }

    /// With BLAS, where no kernel of ours was written for the processor. Columns are shared with the team.
    private func multiply(
        _ input: LinearInput, _ weight: Tensor, activation: Activation?, isAdding: Bool,
        to target: UnsafeMutablePointer<Float>, stride: Int
    ) {
        let (rows, inputs, outputs) = (input.rows, inputs, outputs)
        // A quarter of a thread's share at a time: whole vectors, and wide enough that packing x again is cheap.
        let width = max(128, (outputs / (4 * WorkerTeam.participants) + 63) / 64 * 64)
        input.x.withPointer { x in
            weight.withPointer { weight in
                WorkerTeam.share((outputs + width - 1) / width) { piece in
                    let column = piece * width
                    let (columns, start) = (min(width, outputs - column), target + column)
                    BLAS.multiplyTransposed(
                        x, stride: inputs, weight + column * inputs, stride: inputs, into: start, stride: stride,
                        m: rows, n: columns, k: inputs, keep: isAdding ? 1 : 0)
                    bias?.withPointer { ck_add_bias(start, $0 + column, rows, columns, stride) }
                    if let activation { ck_activate_rows(activation.code, start, rows, columns, stride) }
                }
            }
        }
    }
}
