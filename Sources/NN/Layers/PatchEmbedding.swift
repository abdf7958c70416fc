// Letters: B batch · C channels · S side of the picture · p side of a patch · P patches ((S / p)²) · D width.

/// Cuts pictures into square patches and projects each: a convolution whose stride is its kernel's side, done as a
/// rearrangement and one matrix product (Dosovitskiy et al. 2021, equation 1).
public struct PatchEmbedding: Sendable {
    /// The convolution's weights as a layer from C·p·p values (channel, row, column) to D.
    public let projection: Linear
    /// C.
    public let channels: Int
    /// p.
    public let patchSize: Int

    /// Reads `weight` [width, channels, patchSize, patchSize] and, with `hasBias`, `bias` [width] below `weights`.
    public init(
        _ weights: Checkpoint, channels: Int, patchSize: Int, width: Int, hasBias: Bool
    ) throws(WeightsError) {
        let kernel = try weights.tensor("weight", shape: [width, channels, patchSize, patchSize])
        let bias = hasBias ? try weights.tensor("bias", shape: [width]) : nil
        projection = Linear(
            weight: kernel.reshaped([width, channels * patchSize * patchSize]), bias: bias,
            precision: weights.precision)
        self.channels = channels
        self.patchSize = patchSize
    }

    /// pixels [B, C, S, S] → [B·P, D]; rows and columns of pixels beyond the last whole patch are left out.
    public func callAsFunction(_ pixels: Tensor) -> Tensor { projection(patches(pixels)) }

    /// pixels [B, C, S, S] → [B·P, C·p·p], patches in reading order.
    func patches(_ pixels: Tensor) -> Tensor {
        pixels.expect(nil, channels, nil, nil)
        let (height, width, side) = (pixels.shape[2], pixels.shape[3], patchSize)
        let (down, across) = (height / side, width / side)
        let rowLength = channels * side * side
        return Tensor(shape: [pixels.shape[0] * down * across, rowLength]) { result in
            pixels.withPointer { source in
                var target = result.start
                for picture in 0..<pixels.shape[0] {
                    for patch in 0..<down * across {
                        let (top, left) = (patch / across * side, patch % across * side)
                        for line in 0..<channels * side {
                            let row = (picture * channels + line / side) * height + top + line % side
                            target.initialize(from: source + row * width + left, count: side)
                            target += side
                        }
                    }
                }
            }
        }
    }
}
