internal import CKernels

// Letters: N rows · I inputs · O outputs · g inputs of a group.

/// Weights [O, I] as signed bytes with one scale for each group of g neighbouring inputs of an output: a large weight coarsens
/// its own group alone, which decoders need (Yao et al. 2022, "ZeroQuant", section 4.1).
struct GroupedWeights: Sendable {
    let outputs, inputs: Int
    let bytes: AlignedBytes
    private let scalesOffset, totalsOffset, biasOffset: Int

    /// g.
    static let groupLength = Int(CK_INT8_GROUP)

    /// Weights of this shape in `bytes`, which must be as many as ``byteCount(outputs:inputs:)``, laid out by this type.
    init(_ bytes: AlignedBytes, outputs: Int, inputs: Int) {
        precondition(inputs <= QuantisedWeights.maximumInputs, "\(inputs) inputs in int8")
        precondition(bytes.count == Self.byteCount(outputs: outputs, inputs: inputs), "\(bytes.count) bytes")
        (self.bytes, self.outputs, self.inputs) = (bytes, outputs, inputs)
        let padded = Self.padded(outputs)
        scalesOffset = ck_int8_panels_size(outputs, inputs)
        totalsOffset = scalesOffset + 4 * padded * ck_int8_groups(inputs)
        biasOffset = totalsOffset + 4 * padded
    }

    /// Memory that weights of this shape take.
    static func byteCount(outputs: Int, inputs: Int) -> Int {
        ck_int8_panels_size(outputs, inputs) + 4 * padded(outputs) * (ck_int8_groups(inputs) + 2)
    }

    private static func padded(_ outputs: Int) -> Int { (outputs + panel - 1) / panel * panel }

    /// Quantises `weight` [O, I]; `bias` [O] is kept in floats.
    init(_ weight: Tensor, bias: Tensor?) {
        weight.expect(nil, nil)
        self.init(empty: weight.shape[0], weight.shape[1], bias: bias)
        pack(weight, from: 0)
    }

    /// Quantises weights [O, I] of which `rows` gives some [N, I] at a time, so that they are never whole in floats; `bias` [O] is
    /// kept in floats.
    init<Failure: Error>(
        outputs: Int, inputs: Int, bias: Tensor?, rows: (Range<Int>) throws(Failure) -> Tensor
    ) throws(Failure) {
        self.init(empty: outputs, inputs, bias: bias)
        let step = max(Self.panel, Self.floatsAtATime / max(inputs, 1) / Self.panel * Self.panel)
        var first = 0
        while first < outputs {
            let last = min(outputs, first + step)
            let part = try rows(first..<last)
            part.expect(last - first, inputs)
            pack(part, from: first)
            first = last
        }
    }

    /// Outputs that the kernels work on at a time.
    private static let panel = 32
    /// 16 MB.
    private static let floatsAtATime = 4 << 20

    private init(empty outputs: Int, _ inputs: Int, bias: Tensor?) {
        self.init(
            AlignedBytes(count: Self.byteCount(outputs: outputs, inputs: inputs)), outputs: outputs, inputs: inputs)
        let target = bytes.values(of: Float.self, at: biasOffset)
        target.initialize(repeating: 0, count: Self.padded(outputs))
        bias?.withPointer { target.update(from: $0, count: outputs) }
    }

    /// Writes the weights of the outputs from `first`, a multiple of a panel, on.
    private func pack(_ weight: Tensor, from first: Int) {
        let panels = bytes.values(of: Int8.self, at: first / Self.panel * ck_int8_panels_size(Self.panel, inputs))
        let scales = bytes.values(of: Float.self, at: scalesOffset + 4 * first * ck_int8_groups(inputs))
        let totals = bytes.values(of: Float.self, at: totalsOffset + 4 * first)
        weight.withPointer { ck_int8_groups_pack($0, weight.shape[0], inputs, panels, scales, totals) }
    }

    /// The weights of these outputs [N, I], as far as their bytes tell.
    func rows(_ wanted: [Int]) -> Tensor {
        let (panels, quads, groups) = (bytes.values(of: Int8.self), (inputs + 63) / 64 * 16, ck_int8_groups(inputs))
        let scales = bytes.values(of: Float.self, at: scalesOffset)
        return Tensor(shape: [wanted.count, inputs]) { rows in
            for (index, output) in wanted.enumerated() {
                let panel = panels + output / 32 * quads * 128 + 4 * (output % 32)
                let own = scales + output / 32 * groups * 32 + output % 32
                for k in 0..<inputs {
                    rows[index * inputs + k] =
                        own[k / Self.groupLength * 32] * Float(panel[k / 4 * 128 + k % 4])
                }
            }
            withExtendedLifetime(bytes) {}
        }
    }

    /// y [N, O] with `stride` floats between rows = activation(x · weightsᵀ + bias); with `isAdding`, += it.
    func apply(
        _ x: QuantisedRows, activation: Activation?, isAdding: Bool, to target: UnsafeMutablePointer<Float>, stride: Int
    ) {
        precondition(x.inputs == inputs, "rows of \(x.inputs) for \(inputs) inputs")
        var weights = ck_int8_grouped_weights(
            outputs: outputs, inputs: inputs, panels: bytes.values(of: Int8.self),
            scales: bytes.values(of: Float.self, at: scalesOffset),
            totals: bytes.values(of: Float.self, at: totalsOffset), bias: bytes.values(of: Float.self, at: biasOffset))
        x.withCRows { rows in
            ck_int8_grouped_linear(
                x.code, rows, &weights, Activation.code(activation), isAdding ? 1 : 0, target, stride)
        }
        withExtendedLifetime(bytes) {}
    }
}
