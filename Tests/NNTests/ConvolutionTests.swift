import NN
import TestSupport
import Testing

@Suite("convolutions against their definition")
struct ConvolutionTests {
    private struct Shape {
        let grid, kernel, stride, padding: (Int, Int, Int)
        let directions: Int
    }

    private static let shapes = [
        Shape(grid: (1, 1, 9), kernel: (1, 1, 3), stride: (1, 1, 1), padding: (0, 0, 1), directions: 1),
        Shape(grid: (1, 1, 7), kernel: (1, 1, 4), stride: (1, 1, 3), padding: (0, 0, 0), directions: 1),
        Shape(grid: (1, 5, 6), kernel: (1, 3, 3), stride: (1, 1, 1), padding: (0, 1, 1), directions: 2),
        Shape(grid: (2, 7, 4), kernel: (1, 2, 4), stride: (1, 2, 1), padding: (0, 0, 2), directions: 2),
        Shape(grid: (4, 5, 3), kernel: (2, 2, 2), stride: (2, 2, 2), padding: (1, 1, 1), directions: 3),
        Shape(grid: (3, 3, 3), kernel: (3, 3, 3), stride: (1, 1, 1), padding: (0, 0, 0), directions: 3),
    ]

    @Test("one, two and three directions, strides and paddings, odd sizes")
    func dense() throws {
        var random = RandomNumbers(seed: 8)
        for shape in Self.shapes {
            let (inputs, outputs) = (3, 2)
            let taps = shape.kernel.0 * shape.kernel.1 * shape.kernel.2
            let weight = random.floats(outputs * inputs * taps)
            let bias = random.floats(outputs)
            let x = random.floats(shape.grid.0 * shape.grid.1 * shape.grid.2 * inputs)
            let sides = Array([shape.kernel.0, shape.kernel.1, shape.kernel.2].suffix(shape.directions))
            let weights = try checkpoint([
                ("weight", [outputs, inputs] + sides, weight), ("bias", [outputs], bias),
            ])
            let extents = { (e: (Int, Int, Int)) in Convolution.Extents(time: e.0, rows: e.1, columns: e.2) }
            let layer = try Convolution(
                weights, inputs: inputs, outputs: outputs, kernel: extents(shape.kernel), stride: extents(shape.stride),
                padding: extents(shape.padding), directions: shape.directions, hasBias: true)
            let found = layer(Tensor(x, shape: [shape.grid.0, shape.grid.1, shape.grid.2, inputs]))
            let expected = ReferenceConvolution.convolved(
                nested(x, shape.grid, inputs), weight: kernels(weight, outputs, inputs, shape.kernel),
                bias: bias.map(Double.init), stride: extents(shape.stride), padding: extents(shape.padding))
            #expect(found.shape == [expected.count, expected[0].count, expected[0][0].count, outputs])
            let flat = expected.flatMap { $0.flatMap { $0.flatMap { $0 } } }
            for (found, expected) in zip(found.values, flat) { #expect(abs(Double(found) - expected) < 1e-4) }
        }
    }

    @Test("many places go through in several blocks, with an activation and onto a residual")
    func blocks() throws {
        var random = RandomNumbers(seed: 21)
        let (grid, inputs, outputs, kernel) = ((1, 24, 25), 64, 3, (1, 3, 3))
        let weight = random.floats(outputs * inputs * 9, range: 0.2)
        let x = random.floats(24 * 25 * inputs)
        let one = Convolution.Extents(time: 1, rows: 1, columns: 1)
        let layer = try Convolution(
            checkpoint([("weight", [outputs, inputs, 1, 3, 3], weight)]), inputs: inputs, outputs: outputs,
            kernel: .init(time: 1, rows: 3, columns: 3), stride: one, padding: .init(time: 0, rows: 1, columns: 1),
            directions: 3, hasBias: false)
        let expected = ReferenceConvolution.convolved(
            nested(x, grid, inputs), weight: kernels(weight, outputs, inputs, kernel),
            bias: [0, 0, 0], stride: one, padding: .init(time: 0, rows: 1, columns: 1)
        ).flatMap { $0.flatMap { $0.flatMap { $0 } } }
        let input = Tensor(x, shape: [1, 24, 25, inputs])
        for (found, expected) in zip(layer(input, activation: .relu).values, expected) {
            #expect(abs(Double(found) - max(0, expected)) < 1e-3)
        }
        let before = random.floats(24 * 25 * outputs)
        var sum = Tensor(before, shape: [1, 24, 25, outputs])
        layer.add(input, to: &sum)
        for ((found, expected), before) in zip(zip(sum.values, expected), before) {
            #expect(abs(Double(found) - expected - Double(before)) < 1e-3)
        }
    }

    @Test("a batch norm folded into the convolution before it gives what the two give one after the other")
    func folded() throws {
        var random = RandomNumbers(seed: 22)
        let (grid, inputs, outputs) = ((2, 4, 5), 3, 4)
        let weight = random.floats(outputs * inputs * 9)
        let (gain, shift, mean) = (random.floats(outputs), random.floats(outputs), random.floats(outputs))
        let variance = random.floats(outputs).map { abs($0) }
        let all = try checkpoint([
            ("c.weight", [outputs, inputs, 1, 3, 3], weight), ("n.weight", [outputs], gain),
            ("n.bias", [outputs], shift),
            ("n.running_mean", [outputs], mean), ("n.running_var", [outputs], variance),
        ])
        let one = Convolution.Extents(time: 1, rows: 1, columns: 1)
        let padding = Convolution.Extents(time: 0, rows: 1, columns: 1)
        let layer = try Convolution(
            all["c"], norm: all["n"], epsilon: 1e-5, inputs: inputs, outputs: outputs,
            kernel: .init(time: 1, rows: 3, columns: 3), stride: one, padding: padding)
        try all.finish()
        let x = random.floats(grid.0 * grid.1 * grid.2 * inputs)
        let plain = ReferenceConvolution.convolved(
            nested(x, grid, inputs), weight: kernels(weight, outputs, inputs, (1, 3, 3)),
            bias: Array(repeating: 0, count: outputs), stride: one, padding: padding
        ).flatMap { $0.flatMap { $0.flatMap { $0 } } }
        let found = layer(Tensor(x, shape: [grid.0, grid.1, grid.2, inputs])).values
        #expect(found.count == plain.count)
        for (place, found) in found.enumerated() {
            let channel = place % outputs
            let factor = Double(gain[channel]) / (Double(variance[channel]) + 1e-5).squareRoot()
            let expected = (plain[place] - Double(mean[channel])) * factor + Double(shift[channel])
            #expect(abs(Double(found) - expected) < 1e-4 * (1 + abs(factor) * 50))
        }
    }

    @Test("halving by the largest value looks at what is inside the grid alone", arguments: [(4, 6), (5, 7), (1, 1)])
    func halved(height: Int, width: Int) {
        var random = RandomNumbers(seed: 23)
        let channels = 2
        let x = random.floats(2 * height * width * channels).map { $0 - 3 }  // below 0, where a padded 0 would win
        let found = MaxPooling.halved(Tensor(x, shape: [2, height, width, channels]))
        let (down, across) = ((height + 1) / 2, (width + 1) / 2)
        #expect(found.shape == [2, down, across, channels])
        for (place, value) in found.values.enumerated() {
            let (channel, column) = (place % channels, place / channels % across)
            let (row, frame) = (place / (channels * across) % down, place / (channels * across * down))
            var expected = -Float.infinity
            for y in 2 * row - 1...2 * row + 1 where (0..<height).contains(y) {
                for z in 2 * column - 1...2 * column + 1 where (0..<width).contains(z) {
                    expected = max(expected, x[((frame * height + y) * width + z) * channels + channel])
                }
            }
            #expect(value == expected)
        }
    }

    @Test("each channel by itself is a convolution whose other weights are 0")
    func depthwise() throws {
        var random = RandomNumbers(seed: 9)
        let (channels, grid) = (3, (2, 4, 5))
        let kernel = random.floats(channels * 9)
        let layer = try DepthwiseConvolution(
            checkpoint([("weight", [channels, 1, 3, 3], kernel)]), channels: channels, side: 3)
        let x = random.floats(grid.0 * grid.1 * grid.2 * channels)
        var full = [Float](repeating: 0, count: channels * channels * 9)
        for channel in 0..<channels {
            for tap in 0..<9 { full[(channel * channels + channel) * 9 + tap] = kernel[channel * 9 + tap] }
        }
        let expected = ReferenceConvolution.convolved(
            nested(x, grid, channels), weight: kernels(full, channels, channels, (1, 3, 3)),
            bias: [0, 0, 0], stride: .init(time: 1, rows: 1, columns: 1), padding: .init(time: 0, rows: 1, columns: 1))
        let found = layer(Tensor(x, shape: [grid.0, grid.1, grid.2, channels])).values
        let flat = expected.flatMap { $0.flatMap { $0.flatMap { $0 } } }
        for (found, expected) in zip(found, flat) { #expect(abs(Double(found) - expected) < 1e-4) }
    }

    private func checkpoint(_ tensors: [(key: String, shape: [Int], values: [Float])]) throws -> Checkpoint {
        var (entries, data) = ([String](), [UInt8]())
        for (key, shape, values) in tensors {
            let end = data.count + 4 * values.count
            entries.append(#""\#(key)":{"dtype":"F32","shape":\#(shape),"data_offsets":[\#(data.count),\#(end)]}"#)
            data += bytes(of: values)
        }
        let folder = try ScratchFolder()
        let file = safetensors(header: "{" + entries.joined(separator: ",") + "}", data: data)
        return try Checkpoint(file: folder.write(file, to: "model.safetensors"))
    }

    private func nested(_ x: [Float], _ grid: (Int, Int, Int), _ channels: Int) -> [[[[Double]]]] {
        (0..<grid.0).map { t in
            (0..<grid.1).map { y in
                (0..<grid.2).map { z in
                    let start = ((t * grid.1 + y) * grid.2 + z) * channels
                    return x[start..<start + channels].map(Double.init)
                }
            }
        }
    }

    private func kernels(
        _ weight: [Float], _ outputs: Int, _ inputs: Int, _ kernel: (Int, Int, Int)
    ) -> [[[[[Double]]]]] {
        let taps = kernel.0 * kernel.1 * kernel.2
        return (0..<outputs).map { output in
            (0..<inputs).map { input in
                let start = (output * inputs + input) * taps
                let tap = { (a: Int, b: Int, c: Int) in Double(weight[start + (a * kernel.1 + b) * kernel.2 + c]) }
                return (0..<kernel.0).map { a in
                    (0..<kernel.1).map { b in (0..<kernel.2).map { c in tap(a, b, c) } }
                }
            }
        }
    }
}
