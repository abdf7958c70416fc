import NN
import Testing

/// The vectorised kernels against their definitions, on sizes around the width of a vector register.
@Suite("kernels")
struct KernelTests {
    static let oddSizes = [1, 2, 3, 7, 8, 9, 15, 16, 17, 31, 33, 50, 63, 65, 100, 257]

    @Test("softmax equals its definition", arguments: oddSizes, [false, true])
    func softmax(size: Int, isCausal: Bool) {
        var random = RandomNumbers(seed: UInt64(size))
        let rows = random.rows(min(size, 5), size, range: 20)
        let found = Tensor(rows: rows).softmaxRows(scale: 0.37, isCausal: isCausal).rowArrays
        let expected = ReferenceKernels.softmax(rows, scale: 0.37, isCausal: isCausal)
        expectClose(found, expected, 1e-6, "size \(size)")
    }

    @Test("softmax of huge, equal and very negative scores is finite and sums to 1")
    func softmaxExtremes() {
        for row: [Float] in [[3e38, 3e38, -3e38], [-1e30, -1e30], [0, -200, -1000], [88, 89, 90]] {
            let found = Tensor(rows: [row]).softmaxRows().values
            #expect(found.allSatisfy { $0.isFinite && $0 >= 0 })
            #expect(abs(found.reduce(0, +) - 1) < 1e-6, "\(row) → \(found)")
        }
    }

    @Test("layer norm equals its definition", arguments: oddSizes)
    func layerNorm(size: Int) {
        var random = RandomNumbers(seed: UInt64(size) + 1000)
        let rows = random.rows(4, size).map { row in row.map { $0 * 3 + 100 } }
        let (gain, shift) = (random.floats(size), random.floats(size))
        let norm = LayerNorm(
            weight: Tensor(gain, shape: [size]), bias: Tensor(shift, shape: [size]), epsilon: 1e-5)
        let expected = ReferenceKernels.layerNorm(rows, gain: gain, shift: shift, epsilon: 1e-5)
        expectClose(norm(Tensor(rows: rows)).rowArrays, expected, 2e-3, "size \(size)")
    }

    @Test("activations equal their definitions", arguments: Activation.allCases)
    func activations(function: Activation) {
        let inputs = (-2000...2000).map { Float($0) / 100 } + [-100, 100, -1e-20, 1e-20, 0, -3e5, 3e5]
        var values = Tensor(inputs, shape: [inputs.count])
        function.apply(to: &values)
        for (input, found) in zip(inputs, values.values) {
            let expected = ReferenceKernels.activation(function, input)
            #expect(abs(Double(found) - expected) <= 5e-7 * (1 + abs(expected)), "\(function)(\(input)) = \(found)")
        }
    }

    @Test("NaN passes through kernels instead of becoming a number")
    func notANumber() {
        for function in Activation.allCases {
            var values = Tensor([.nan, 1], shape: [2])
            function.apply(to: &values)
            #expect(values.values[0].isNaN, "\(function)")
        }
        let probabilities = Tensor([.nan, 1], shape: [1, 2]).softmaxRows().values
        #expect(probabilities.contains { $0.isNaN })
        #expect(!Tensor([1, .nan], shape: [2]).isFinite)
        #expect(!Tensor([1, 2, -.infinity], shape: [3]).isFinite)
        #expect(Tensor([1, .greatestFiniteMagnitude], shape: [2]).isFinite)
    }
}

/// Records a failure unless all values agree within `tolerance`.
func expectClose(
    _ found: [[Float]], _ expected: [[Double]], _ tolerance: Double, _ name: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(found.map(\.count) == expected.map(\.count), sourceLocation: sourceLocation)
    let difference = zip(found.joined(), expected.joined()).map { abs(Double($0) - $1) }.max() ?? 0
    #expect(difference <= tolerance, "\(name): off by \(difference)", sourceLocation: sourceLocation)
}
