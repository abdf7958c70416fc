// Letters: T, H, W extents of a grid · C channels in · O channels out · k taps of the kernel.

/// A convolution over a grid of one to three directions whose channels lie beside each other (`torch.nn.Conv1d`, `Conv2d`,
/// `Conv3d`; a missing direction has extent 1): every place's taps are gathered into a row, and one product does the rest.
public struct Convolution: Sendable {
    /// Extents of a kernel, a stride or a padding.
    public struct Extents: Sendable, Equatable {
        /// In time, rows and columns.
        public let time, rows, columns: Int

        /// A missing direction is 1 for kernels and strides, 0 for paddings.
        public init(time: Int, rows: Int, columns: Int) {
            precondition(time >= 0 && rows >= 0 && columns >= 0, "extents \(time), \(rows), \(columns)")
            (self.time, self.rows, self.columns) = (time, rows, columns)
        }
    }

    private let projection: Linear  // [O, k·C]
    /// Kernel, stride and padding.
    public let kernel, stride, padding: Extents

    /// C.
    public var inputs: Int { projection.inputs / (kernel.time * kernel.rows * kernel.columns) }
    /// O.
    public var outputs: Int { projection.outputs }

    /// Reads `weight` [outputs, inputs, kernel…], of `directions` directions, and with `hasBias` `bias` below `weights`.
    public init(
        _ weights: Checkpoint, inputs: Int, outputs: Int, kernel: Extents, stride: Extents, padding: Extents,
        directions: Int, hasBias: Bool
    ) throws(WeightsError) {
        precondition((1...3).contains(directions), "\(directions) directions")
        let sides = Array([kernel.time, kernel.rows, kernel.columns].suffix(directions))
        let published = try weights.tensor("weight", shape: [outputs, inputs] + sides)
        let bias = hasBias ? try weights.tensor("bias", shape: [outputs]) : nil
        self.init(
            weight: Self.channelsLast(published, outputs: outputs, inputs: inputs), bias: bias, kernel: kernel,
            stride: stride, padding: padding, precision: weights.precision)
    }

    /// A convolution of weights [O, k·C], taps in reading order, the channels of each beside each other.
    public init(
        weight: Tensor, bias: Tensor?, kernel: Extents, stride: Extents, padding: Extents, precision: Precision = .fp32
    ) {
        let taps = kernel.time * kernel.rows * kernel.columns
        precondition(taps > 0 && weight.shape[1] % taps == 0, "weights \(weight.shape) for \(taps) taps")
        precondition(stride.time > 0 && stride.rows > 0 && stride.columns > 0, "a stride of 0")
        projection = Linear(weight: weight, bias: bias, precision: precision)
        (self.kernel, self.stride, self.padding) = (kernel, stride, padding)
    }

    /// [O, C, k] → [O, k·C].
    private static func channelsLast(_ weight: Tensor, outputs: Int, inputs: Int) -> Tensor {
        let taps = weight.count / max(1, outputs * inputs)
        return Tensor(shape: [outputs, taps * inputs]) { result in
            weight.withValues { source in
                for row in 0..<outputs {
                    for channel in 0..<inputs {
                        for tap in 0..<taps {
                            result[(row * taps + tap) * inputs + channel] =
                                source[(row * inputs + channel) * taps + tap]
                        }
                    }
                }
            }
        }
    }

    /// Reads a convolution without bias below `weights` and the batch norm behind it below `norm` (`weight`, `bias`,
    /// `running_mean` and `running_var`, each [outputs]), which is folded into it: γ · (x − μ) / √(σ² + ε) + β.
    public init(
        _ weights: Checkpoint, norm: Checkpoint, epsilon: Float, inputs: Int, outputs: Int, kernel: Extents,
        stride: Extents, padding: Extents
    ) throws(WeightsError) {
        let published = try weights.tensor(
            "weight", shape: [outputs, inputs, kernel.time, kernel.rows, kernel.columns])
        var weight = Self.channelsLast(published, outputs: outputs, inputs: inputs)
        let gain = try norm.tensor("weight", shape: [outputs]).values
        let shift = try norm.tensor("bias", shape: [outputs]).values
        let mean = try norm.tensor("running_mean", shape: [outputs]).values
        let variance = try norm.tensor("running_var", shape: [outputs]).values
        let factors = zip(gain, variance).map { $0 / (max($1, 0) + epsilon).squareRoot() }
        let width = weight.shape[1]
        weight.withMutableValues { values in
            for (row, factor) in factors.enumerated() {
                for i in row * width..<(row + 1) * width { values[i] *= factor }
            }
        }
        let bias = (0..<outputs).map { shift[$0] - mean[$0] * factors[$0] }
        self.init(
            weight: weight, bias: Tensor(bias, shape: [outputs]), kernel: kernel, stride: stride, padding: padding,
            precision: weights.precision)
    }

    /// x [T, H, W, C] → activation of [T', H', W', O]; what lies outside the grid is 0.
    public func callAsFunction(_ x: Tensor, activation: Activation? = nil) -> Tensor {
        let output = outputShape(x)
        return Tensor(shape: output + [outputs]) { result in
            forEachBlock(x, output) { first, rows in
                projection.apply(
                    LinearInput(rows), activation: activation, to: result.start + first * outputs, stride: outputs)
            }
        }
    }

    /// residual [T', H', W', O] += the convolution of x [T, H, W, C].
    public func add(_ x: Tensor, to residual: inout Tensor) {
        let output = outputShape(x)
        precondition(residual.shape == output + [outputs], "\(output) on \(residual.shape)")
        residual.withMutablePointer { target in
            forEachBlock(x, output) { first, rows in
                projection.apply(
                    LinearInput(rows), isAdding: true, to: target + first * outputs, stride: outputs)
            }
        }
    }

    /// T', H' and W' for x [T, H, W, C].
    private func outputShape(_ x: Tensor) -> [Int] {
        x.expect(nil, nil, nil, inputs)
        let sides = [kernel.time, kernel.rows, kernel.columns]
        let steps = [stride.time, stride.rows, stride.columns]
        let margins = [padding.time, padding.rows, padding.columns]
        return (0..<3).map { axis in
            let room: Int = x.shape[axis] + 2 * margins[axis] - sides[axis]
            precondition(room >= 0, "\(x.shape) is smaller than the kernel")
            return room / steps[axis] + 1
        }
    }

    /// Floats that are gathered at a time: enough rows for the products, and few enough to stay in the processor's cache.
    private static let gatheredTogether = 1 << 19

    /// The taps of the output places, zeros outside the grid [n, k·C], some places after the other; `body` gets the first
    /// place of each block.
    private func forEachBlock(_ x: Tensor, _ output: [Int], _ body: (Int, Tensor) -> Void) {
        let places = output.reduce(1, *)
        let width = projection.inputs
        let isPlain = kernel.time * kernel.rows * kernel.columns == 1 && places == x.count / max(1, inputs)
        if isPlain, padding == Extents(time: 0, rows: 0, columns: 0) { return body(0, x.reshaped([places, width])) }
        let block = max(64, Self.gatheredTogether / max(1, width))
        for first in Swift.stride(from: 0, to: places, by: block) {
            let count = min(block, places - first)
            body(
                first,
                Tensor(shape: [count, width]) { result in
                    x.withPointer { source in
                        let share = max(1, (count + WorkerTeam.participants - 1) / WorkerTeam.participants)
                        WorkerTeam.share((count + share - 1) / share) { part in
                            for row in part * share..<min(count, (part + 1) * share) {
                                gather(first + row, x.shape, output, source, into: result.start + row * width)
                            }
                        }
                    }
                })
        }
    }

    /// The taps of one output place [k·C]; those of a kernel's row lie beside each other in the grid too.
    private func gather(
        _ place: Int, _ grid: [Int], _ output: [Int], _ source: UnsafePointer<Float>,
        into target: UnsafeMutablePointer<Float>
    ) {
        let (channels, across) = (inputs, kernel.columns)
        let (height, width) = (grid[1], grid[2])
        let left = place % output[2] * stride.columns - padding.columns
        let top = place / output[2] % output[1] * stride.rows - padding.rows
        let begin = place / (output[2] * output[1]) * stride.time - padding.time
        let inside = max(0, -left)..<max(max(0, -left), min(across, width - left))
        for line in 0..<kernel.time * kernel.rows {
            let (t, y) = (begin + line / kernel.rows, top + line % kernel.rows)
            let row = target + line * across * channels
            guard t >= 0, t < grid[0], y >= 0, y < height, !inside.isEmpty else {
                row.initialize(repeating: 0, count: across * channels)
                continue
            }
            row.initialize(repeating: 0, count: inside.lowerBound * channels)
            (row + inside.lowerBound * channels).initialize(
                from: source + ((t * height + y) * width + left + inside.lowerBound) * channels,
                count: inside.count * channels)
            (row + inside.upperBound * channels)
                .initialize(repeating: 0, count: (across - inside.upperBound) * channels)
        }
    }
}
