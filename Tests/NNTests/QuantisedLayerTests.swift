import NN
import Testing

/// Layers in 8-bit integers against their definitions, on sizes around the width of a panel, a group and a word.
@Suite("8-bit layers")
struct QuantisedLayerTests {
    static let sizes: [(rows: Int, inputs: Int, outputs: Int)] = [
        (1, 1, 1), (1, 3, 33), (2, 4, 32), (5, 7, 31), (11, 15, 64), (12, 16, 65), (13, 17, 1), (25, 63, 100),
        (50, 130, 96), (1, 515, 40), (37, 1027, 35),
    ]

    @Test("every instruction set gives the exact sums of the definition", arguments: Instructions.allCases, sizes)
    func product(instructions: Instructions, size: (rows: Int, inputs: Int, outputs: Int)) {
        guard instructions.isSupported else {
            print("skipped: this processor has no \(instructions)")
            return
        }
        var random = RandomNumbers(seed: UInt64(size.rows * 10_000 + size.inputs))
        let (x, weight) = (random.rows(size.rows, size.inputs), random.rows(size.outputs, size.inputs, range: 0.1))
        let found = instructions.product(Tensor(rows: x), Tensor(rows: weight))
        #expect(found.sums == Array(ReferenceQuantisation.product(x, weight).joined()))
        #expect(found.zeros == x.map { ReferenceQuantisation.input($0).zero })
        #expect(found.scales == x.map { ReferenceQuantisation.input($0).scale })
        #expect(found.weightScales == weight.map { ReferenceQuantisation.weights($0).scale })
    }

    @Test("sums of the largest bytes do not overflow or saturate", arguments: Instructions.allCases)
    func extremes(instructions: Instructions) {
        guard instructions.isSupported else {
            print("skipped: this processor has no \(instructions)")
            return
        }
        let inputs = 65536
        let x = Tensor([Float](repeating: 1, count: inputs), shape: [1, inputs])
        let weight = Tensor(
            [Float](repeating: 1, count: inputs) + [Float](repeating: -1, count: inputs), shape: [2, inputs])
        #expect(instructions.product(x, weight).sums == [255 * 127 * inputs, -255 * 127 * inputs])
    }

    @Test("a layer is what its bytes mean, with bias, activation and on a residual path", arguments: sizes)
    func linear(size: (rows: Int, inputs: Int, outputs: Int)) {
        var random = RandomNumbers(seed: UInt64(size.inputs))
        let (x, weight) = (random.rows(size.rows, size.inputs), random.rows(size.outputs, size.inputs, range: 0.1))
        let bias = random.floats(size.outputs)
        let layer = Linear(
            weight: Tensor(rows: weight), bias: Tensor(bias, shape: [size.outputs]), precision: .int8)
        #expect(layer.precision == .int8 && layer.inputs == size.inputs && layer.outputs == size.outputs)
        let expected = ReferenceQuantisation.linear(x, weight: weight, bias: bias)
        expectClose(layer(Tensor(rows: x)).rowArrays, expected, 1e-4, "layer")
        for function in Activation.allCases {
            let activated = expected.map { $0.map { ReferenceKernels.activation(function, Float($0)) } }
            expectClose(layer(Tensor(rows: x), activation: function).rowArrays, activated, 2e-4, "\(function)")
        }
        var residual = Tensor(rows: Array(repeating: Array(repeating: 1, count: size.outputs), count: size.rows))
        layer.add(Tensor(rows: x), to: &residual)
        expectClose(residual.rowArrays, expected.map { $0.map { $0 + 1 } }, 1e-4, "residual")
    }

    @Test("an 8-bit layer stays near the layer it was made from")
    func nearness() {
        var random = RandomNumbers(seed: 7)
        let (x, weight) = (Tensor(rows: random.rows(20, 384)), Tensor(rows: random.rows(200, 384, range: 0.1)))
        let exact = Linear(weight: weight, bias: nil)(x)
        let quantised = Linear(weight: weight, bias: nil, precision: .int8)(x)
        let cosines = Similarity.cosine(rows: exact, columns: quantised)
        for row in 0..<20 { #expect(cosines[row].values[row] > 0.9998) }
    }

    @Test("rows of zeros, tiny and huge numbers give finite results; NaN and infinity poison their own row only")
    func strangeRows() {
        let x: [[Float]] = [
            [0, 0, 0], [.leastNonzeroMagnitude, 0, -.leastNonzeroMagnitude], [3e37, -3e37, 1], [1, .nan, 2],
            [1, 2, .infinity], [1, 2, 3],
        ]
        let weight = Tensor(rows: [[1, -1, 0.5], [0, 0, 0]])
        let layer = Linear(weight: weight, bias: Tensor([0, 7], shape: [2]), precision: .int8)
        let found = layer(Tensor(rows: x)).rowArrays
        #expect(found[0] == [0, 7] && found[1] == [0, 7])
        #expect(found[2].allSatisfy { $0.isFinite })
        #expect((found[3] + found[4]).allSatisfy { $0.isNaN })
        #expect(abs(found[5][0] - 0.5) < 0.02 && found[5][1] == 7)
    }

    @Test("layers without rows, inputs or outputs")
    func empty() {
        let layer = Linear(weight: Tensor(zeros: [3, 2]), bias: nil, precision: .int8)
        #expect(layer(Tensor(zeros: [0, 2])).shape == [0, 3])
        let noInputs = Linear(weight: Tensor(zeros: [2, 0]), bias: Tensor([1, 2], shape: [2]), precision: .int8)
        #expect(noInputs(Tensor(zeros: [2, 0])).rowArrays == [[1, 2], [1, 2]])
        let noOutputs = Linear(weight: Tensor(zeros: [0, 2]), bias: nil, precision: .int8)
        #expect(noOutputs(Tensor(zeros: [2, 2])).shape == [2, 0])
    }
}
