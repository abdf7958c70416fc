internal import CKernels

// Letters: N rows · I inputs · O outputs.

/// Weights [O, I] in floats, laid out for the product kernels when they are loaded.
struct PackedWeights: Sendable {
    let outputs, inputs: Int
    private let bytes: AlignedBytes
    private let biasOffset: Int

    /// Lays out `weight` [O, I] and `bias` [O].
    init(_ weight: Tensor, bias: Tensor?) {
        weight.expect(nil, nil)
        (outputs, inputs) = (weight.shape[0], weight.shape[1])
        let padded = (outputs + 31) / 32 * 32
        biasOffset = 4 * ck_float_panels_size(outputs, inputs)
        bytes = AlignedBytes(count: biasOffset + 4 * padded)
        weight.withPointer { ck_float_pack($0, outputs, inputs, bytes.values(of: Float.self)) }
        let target = bytes.values(of: Float.self, at: biasOffset)
        target.initialize(repeating: 0, count: padded)
        bias?.withPointer { target.update(from: $0, count: outputs) }
    }

    /// The weights [O, I] as they came.
    var weight: Tensor { rows(Array(0..<outputs)) }

    /// The weights of these outputs [N, I] as they came.
    func rows(_ wanted: [Int]) -> Tensor {
        let panels = bytes.values(of: Float.self)
        return Tensor(shape: [wanted.count, inputs]) { rows in
            for (index, output) in wanted.enumerated() {
                for k in 0..<inputs {
                    rows[index * inputs + k] = panels[(output / 32 * inputs + k) * 32 + output % 32]
                }
            }
            withExtendedLifetime(bytes) {}
        }
    }

    /// y [N, O] with `stride` floats between rows = activation(x · weightsᵀ + bias); with `isAdding`, += it.
    func apply(
        _ x: ArrangedRows, activation: Activation?, isAdding: Bool, to target: UnsafeMutablePointer<Float>, stride: Int
    ) {
        precondition(x.inputs == inputs, "rows of \(x.inputs) for \(inputs) inputs")
        var weights = ck_float_weights(
            outputs: outputs, inputs: inputs, panels: bytes.values(of: Float.self),
            bias: bytes.values(of: Float.self, at: biasOffset))
        ck_float_linear(
            ck_best_instructions(), x.rows, x.bytes.values(of: Float.self), &weights, Activation.code(activation),
            isAdding ? 1 : 0, target, stride)
        withExtendedLifetime(bytes) {}
    }
}

/// Rows of activations [N, I] in floats as the left side of a product.
struct ArrangedRows: Sendable {
    let rows, inputs: Int
    fileprivate let bytes: AlignedBytes

    /// Copies x [..., I].
    init(_ x: Tensor) {
        (rows, inputs) = x.matrixShape
        bytes = AlignedBytes(count: 4 * rows * inputs)
        x.withPointer { ck_float_arrange($0, inputs, rows, inputs, bytes.values(of: Float.self)) }
    }
}
