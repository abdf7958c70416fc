internal import CKernels

// Letters: N rows · I inputs · O outputs.

/// Weights [O, I] as signed bytes w with one scale for each output, weight ≈ scale · w with w in −127…127, laid out for the
/// product kernels (symmetric per-channel quantisation; Jacob et al. 2018, section 2.1).
struct QuantisedWeights: Sendable {
    let outputs, inputs: Int
    let bytes: AlignedBytes
    private let scalesOffset, sumsOffset, biasOffset: Int

    /// Sums of products of two bytes stay below 2³¹ up to this many inputs.
    static let maximumInputs = 65536

    /// Weights of this shape in `bytes`, which must be as many as ``byteCount(outputs:inputs:)``, laid out by this type.
    init(_ bytes: AlignedBytes, outputs: Int, inputs: Int) {
        precondition(inputs <= Self.maximumInputs, "\(inputs) inputs in int8")
        precondition(bytes.count == Self.byteCount(outputs: outputs, inputs: inputs), "\(bytes.count) bytes")
        (self.bytes, self.outputs, self.inputs) = (bytes, outputs, inputs)
        let padded = Self.padded(outputs)
        scalesOffset = ck_int8_panels_size(outputs, inputs)
        sumsOffset = scalesOffset + 4 * padded
        biasOffset = sumsOffset + 4 * padded
    }

    /// Quantises `weight` [O, I]; `bias` [O] is kept in floats.
    init(_ weight: Tensor, bias: Tensor?) {
        weight.expect(nil, nil)
        let (outputs, inputs) = (weight.shape[0], weight.shape[1])
        let padded = Self.padded(outputs)
        self.init(
            AlignedBytes(count: Self.byteCount(outputs: outputs, inputs: inputs)), outputs: outputs, inputs: inputs)
        weight.withPointer {
            ck_int8_pack(
                $0, outputs, inputs, bytes.values(of: Int8.self), bytes.values(of: Float.self, at: scalesOffset),
                bytes.values(of: Int32.self, at: sumsOffset))
        }
        let target = bytes.values(of: Float.self, at: biasOffset)
        target.initialize(repeating: 0, count: padded)
        bias?.withPointer { target.update(from: $0, count: outputs) }
    }

    /// Memory that weights of this shape take.
    static func byteCount(outputs: Int, inputs: Int) -> Int {
        ck_int8_panels_size(outputs, inputs) + 12 * padded(outputs)
    }

    /// The kernels work on 32 outputs at a time.
    private static func padded(_ outputs: Int) -> Int { (outputs + 31) / 32 * 32 }

    /// The scale of each output [O].
    var scales: [Float] {
        Array(UnsafeBufferPointer(start: bytes.values(of: Float.self, at: scalesOffset), count: outputs))
    }

    /// The weights of these outputs [N, I], as far as their bytes tell.
    func rows(_ wanted: [Int]) -> Tensor {
        let (panels, quads) = (bytes.values(of: Int8.self), (inputs + 63) / 64 * 16)
        let scales = bytes.values(of: Float.self, at: scalesOffset)
        return Tensor(shape: [wanted.count, inputs]) { rows in
            for (index, output) in wanted.enumerated() {
                let panel = panels + output / 32 * quads * 128 + 4 * (output % 32)
                for k in 0..<inputs {
                    rows[index * inputs + k] = scales[output] * Float(panel[k / 4 * 128 + k % 4])
                }
            }
            withExtendedLifetime(bytes) {}
        }
    }

    func withCWeights<Result>(_ body: (UnsafePointer<ck_int8_weights>) -> Result) -> Result {
        var weights = ck_int8_weights(
            outputs: outputs, inputs: inputs, panels: bytes.values(of: Int8.self),
            scales: bytes.values(of: Float.self, at: scalesOffset),
            sums: bytes.values(of: Int32.self, at: sumsOffset), bias: bytes.values(of: Float.self, at: biasOffset))
        return withExtendedLifetime(bytes) { withUnsafePointer(to: &weights, body) }
    }

    /// y [N, O] with `stride` floats between rows = activation(x · weightsᵀ + bias); with `isAdding`, += it.
    func apply(
        _ x: QuantisedRows, activation: Activation?, isAdding: Bool, to target: UnsafeMutablePointer<Float>, stride: Int
    ) {
        precondition(x.inputs == inputs, "rows of \(x.inputs) for \(inputs) inputs")
        withCWeights { weights in
            x.withCRows { rows in
                ck_int8_linear(
                    x.code, rows, weights, Activation.code(activation), isAdding ? 1 : 0, target, stride
                )
            }
        }
    }
}
