internal import NN

// Letters: L clips · d width · O outputs.

/// Three convolutions along time with a kernel of three clips, zeros beyond the ends, ReLU between them (UniVTG,
/// section 3.3). A convolution is one matrix product over each clip and its neighbours side by side.
struct ConvolutionHead: Sendable {
    /// From [previous | this | next] to the outputs.
    private let layers: [Linear]

    init(_ weights: Checkpoint, width: Int, outputs: Int) throws(WeightsError) {
        var layers: [Linear] = []
        for (index, outputs) in [width, width, outputs].enumerated() {
            let kernel = try weights[index].tensor("weight", shape: [outputs, width, 3])
            let bias = try weights[index].tensor("bias", shape: [outputs])
            // What comes out last is a probability and two offsets: little to multiply, and every digit counts.
            let precision: Precision = index == 2 ? .fp32 : weights.precision
            layers.append(Linear(weight: Self.tapsFirst(kernel), bias: bias, precision: precision))
        }
        self.layers = layers
    }

    /// memory [L, d] → L · O values, clip by clip.
    func callAsFunction(_ memory: Tensor) -> [Float] {
        var hidden = memory
        for (index, layer) in layers.enumerated() {
            hidden = layer(hidden.withNeighbours(), activation: index + 1 < layers.count ? .relu : nil)
        }
        return hidden.values
    }

    /// [O, d, 3] → [O, 3·d].
    private static func tapsFirst(_ kernel: Tensor) -> Tensor {
        let (outputs, width) = (kernel.shape[0], kernel.shape[1])
        return Tensor(shape: [outputs, 3 * width]) { target in
            kernel.withValues { source in
                for output in 0..<outputs {
                    for channel in 0..<width {
                        for tap in 0..<3 {
                            target.initializeElement(
                                at: (output * 3 + tap) * width + channel,
                                to: source[(output * width + channel) * 3 + tap])
                        }
                    }
                }
            }
        }
    }
}
