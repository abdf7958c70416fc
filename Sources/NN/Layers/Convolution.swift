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

    /// x [T, H, W, C] → [T', H', W', O]; what lies outside the grid is 0.
    public func callAsFunction(_ x: Tensor) -> Tensor {
        x.expect(nil, nil, nil, inputs)
        let sides = [kernel.time, kernel.rows, kernel.columns]
        let steps = [stride.time, stride.rows, stride.columns]
        let margins = [padding.time, padding.rows, padding.columns]
        var output: [Int] = []
        for axis in 0..<3 {
            let room: Int = x.shape[axis] + 2 * margins[axis] - sides[axis]
            precondition(room >= 0, "\(x.shape) is smaller than the kernel")
            output.append(room / steps[axis] + 1)
        }
        let gathered = gathered(x, output, steps, margins)
        return projection(gathered).reshaped(output + [outputs])
    }

    /// The taps of every output place, zeros outside the grid [T'·H'·W', k·C].
    private func gathered(_ x: Tensor, _ output: [Int], _ steps: [Int], _ margins: [Int]) -> Tensor {
        let channels = inputs
        let taps = kernel.time * kernel.rows * kernel.columns
        let (frames, height, width) = (x.shape[0], x.shape[1], x.shape[2])
        return Tensor(shape: [output[0] * output[1] * output[2], taps * channels]) { result in
            result.initialize(repeating: 0)
            x.withPointer { source in
                for place in 0..<output[0] * output[1] * output[2] {
                    let (column, row) = (place % output[2], place / output[2] % output[1])
                    let frame = place / (output[2] * output[1])
                    for tap in 0..<taps {
                        let t = frame * steps[0] - margins[0] + tap / (kernel.rows * kernel.columns)
                        let y = row * steps[1] - margins[1] + tap / kernel.columns % kernel.rows
                        let z = column * steps[2] - margins[2] + tap % kernel.columns
                        guard (0..<frames).contains(t), (0..<height).contains(y), (0..<width).contains(z) else {
                            continue
                        }
                        (result.start + (place * taps + tap) * channels)
                            .update(from: source + ((t * height + y) * width + z) * channels, count: channels)
                    }
                }
            }
        }
    }
}
