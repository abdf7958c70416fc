// Letters: T pictures · H, W rows and columns · C channels · k side of the kernel.

/// A convolution of each channel by itself over rows and columns, stride 1, the grid's size kept by zeros around it
/// (`torch.nn.Conv2d` with as many groups as channels). Channels lie beside each other, so that each tap is one pass.
public struct DepthwiseConvolution: Sendable {
    private let taps: Tensor  // [k·k, C]
    private let side: Int

    /// Reads `weight` [channels, 1, side, side] below `weights`; `side` is odd.
    public init(_ weights: Checkpoint, channels: Int, side: Int) throws(WeightsError) {
        precondition(side % 2 == 1, "a kernel of side \(side)")
        let published = try weights.tensor("weight", shape: [channels, 1, side, side])
        taps = Tensor(shape: [side * side, channels]) { result in
            published.withValues { source in
                for channel in 0..<channels {
                    for tap in 0..<side * side {
                        result[tap * channels + channel] = source[channel * side * side + tap]
                    }
                }
            }
        }
        self.side = side
    }

    /// x [T, H, W, C] → [T, H, W, C].
    public func callAsFunction(_ x: Tensor) -> Tensor {
        let channels = taps.shape[1]
        x.expect(nil, nil, nil, channels)
        let (height, width, margin) = (x.shape[1], x.shape[2], side / 2)
        return Tensor(shape: x.shape) { result in
            result.initialize(repeating: 0)
            x.withPointer { source in
                taps.withPointer { taps in
                    for place in 0..<x.shape[0] * height * width {
                        let (column, row) = (place % width, place / width % height)
                        let target = result.start + place * channels
                        for tap in 0..<side * side {
                            let (y, z) = (row + tap / side - margin, column + tap % side - margin)
                            guard (0..<height).contains(y), (0..<width).contains(z) else { continue }
                            let input = source + (place + (y - row) * width + z - column) * channels
                            let gain = taps + tap * channels
                            for channel in 0..<channels { target[channel] += input[channel] * gain[channel] }
                        }
                    }
                }
            }
        }
    }
}
