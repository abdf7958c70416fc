import NN
import Testing

@Suite("layers")
struct LayerTests {
    private func linear(_ random: inout RandomNumbers, _ inputs: Int, _ outputs: Int) -> (Linear, [[Float]], [Float]) {
        let (weight, bias) = (random.rows(outputs, inputs, range: 0.5), random.floats(outputs))
        return (Linear(weight: Tensor(rows: weight), bias: Tensor(bias, shape: [outputs])), weight, bias)
    }

    @Test(
        "a linear layer equals its definition",
        arguments: [(1, 1, 1), (3, 5, 7), (50, 33, 17), (2, 64, 1), (12, 700, 33), (300, 1030, 65)])
    func linear(rows: Int, inputs: Int, outputs: Int) {
        var random = RandomNumbers(seed: UInt64(rows * 100 + inputs))
        let (layer, weight, bias) = linear(&random, inputs, outputs)
        let x = random.rows(rows, inputs)
        #expect(layer.weight?.rowArrays == weight)
        let expected = ReferenceKernels.linear(x.map { $0.map(Double.init) }, weight: weight, bias: bias)
        expectClose(layer(Tensor(rows: x)).rowArrays, expected, 5e-4, "layer")
        for function in Activation.allCases {
            let activated = expected.map { $0.map { ReferenceKernels.activation(function, Float($0)) } }
            expectClose(layer(Tensor(rows: x), activation: function).rowArrays, activated, 5e-4, "\(function)")
        }
        var residual = Tensor(rows: Array(repeating: Array(repeating: 1, count: outputs), count: rows + 1))
        layer.add(Tensor(rows: x), to: &residual, from: 1)
        let added = [Array(repeating: 1, count: outputs)] + expected.map { $0.map { $0 + 1 } }
        expectClose(residual.rowArrays, added, 5e-4, "residual")
    }

    @Test(
        "attention equals its definition, sequence by sequence",
        arguments: [(1, 1, 1, 2), (2, 5, 3, 4), (3, 17, 4, 8), (5, 300, 2, 3)], [false, true])
    func attention(size: (batch: Int, tokens: Int, heads: Int, headWidth: Int), isCausal: Bool) {
        var random = RandomNumbers(seed: UInt64(size.tokens))
        let width = size.heads * size.headWidth
        let layers = (0..<4).map { _ in linear(&random, width, width) }
        let attention = MultiHeadAttention(
            query: layers[0].0, key: layers[1].0, value: layers[2].0, output: layers[3].0, heads: size.heads)
        let x = random.rows(size.batch * size.tokens, width)
        var found = Tensor(zeros: [x.count, width])
        attention.add(Tensor(rows: x), batch: size.batch, isCausal: isCausal, to: &found)
        var expected: [[Double]] = []
        for sequence in 0..<size.batch {
            let rows = x[sequence * size.tokens..<(sequence + 1) * size.tokens].map { $0.map(Double.init) }
            let projected = layers.prefix(3).map { ReferenceKernels.linear(rows, weight: $0.1, bias: $0.2) }
            let mixed = ReferenceKernels.attention(
                queries: projected[0], keys: projected[1], values: projected[2], heads: size.heads, isCausal: isCausal)
            expected += ReferenceKernels.linear(mixed, weight: layers[3].1, bias: layers[3].2)
        }
        expectClose(found.rowArrays, expected, 1e-4, "attention")
    }

    @Test("an embedding gives its rows in the order of the ids")
    func embedding() {
        let table = Embedding(weight: Tensor(rows: [[0, 1], [2, 3], [4, 5]]))
        #expect(table([2, 0, 2]).rowArrays == [[4, 5], [0, 1], [4, 5]])
        #expect(table([]).shape == [0, 2])
    }

    @Test("configuration names select activations, unknown ones none")
    func activationNames() {
        #expect(Activation(configurationName: "quick_gelu") == .quickGELU)
        #expect(Activation(configurationName: "gelu_pytorch_tanh") == .geluTanh)
        #expect(Activation(configurationName: "gelu_new") == .geluTanh)
        #expect(Activation(configurationName: "swish") == .silu)
        #expect(Activation(configurationName: "mish") == nil)
    }

    @Test("cosines of rows and columns, zero vectors included")
    func cosine() {
        let cosines = Similarity.cosine(
            rows: Tensor(rows: [[3, 0], [0, 0], [1, 1]]), columns: Tensor(rows: [[2, 0], [-1, 0]]))
        expectClose(cosines.rowArrays, [[1, -1], [0, 0], [0.70710678, -0.70710678]], 1e-6, "cosines")
        #expect(Similarity.cosine(rows: Tensor(zeros: [0, 2]), columns: Tensor(rows: [[1, 2]])).shape == [0, 1])
        expectClose(Tensor(rows: [[3, 4], [0, 0]]).normalisedRows().rowArrays, [[0.6, 0.8], [0, 0]], 1e-6, "rows")
    }

    @Test("BLAS says what it is and takes a thread count")
    func blas() {
        BLAS.configure(threads: 1)
        #expect(BLAS.threads == 1)
        #expect(BLAS.version.contains("OpenBLAS"))
    }
}
