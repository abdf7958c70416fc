package import NN

// Letters: T frames · H, W rows and columns of a frame's tokens · C width of the tower · D width of the decoder.

/// VideoLLaMA2's connector (Cheng et al. 2024, "Spatial-Temporal Convolution", section 3.2): RegNet blocks on each frame, a
/// convolution over time and space that halves both, RegNet blocks again, two linear layers.
package struct STCConnector: Sendable {
    private let first, second: [RegNetBlock]
    private let sampler: Convolution
    private let projector: MLPProjector

    /// Blocks of each of the two stages.
    private static let depth = 4

    /// Reads the connector below `weights` (`mm_projector`), for a tower of `inputs` and a decoder of `outputs`; `padding` is 1
    /// in version 2.0 and 0 in 2.1 ("v35").
    package init(_ weights: Checkpoint, inputs: Int, outputs: Int, padding: Int) throws(ModelError) {
        (first, second, sampler, projector) = try ModelError.wrapping { () throws(WeightsError) in
            let two = Convolution.Extents(time: 2, rows: 2, columns: 2)
            return (
                try Self.stage(weights["s1"], inputs: inputs, outputs: outputs),
                try Self.stage(weights["s2"], inputs: outputs, outputs: outputs),
                try Convolution(
                    weights["sampler"]["0"], inputs: outputs, outputs: outputs, kernel: two, stride: two,
                    padding: .init(time: padding, rows: padding, columns: padding), directions: 3, hasBias: true),
                try MLPProjector(weights["readout"], "0", "2", inputs: outputs, outputs: outputs)
            )
        }
    }

    /// x [T, H, W, C] → visual tokens [T'·H'·W', D], frame after frame in reading order. Traces `s1` and `sampler`.
    package func callAsFunction(_ x: Tensor, trace: Trace? = nil) -> Tensor {
        var hidden = x
        for block in first { hidden = block(hidden) }
        trace?("s1", hidden)
        hidden = sampler(hidden)
        Activation.silu.apply(to: &hidden)
        trace?("sampler", hidden)
        for block in second { hidden = block(hidden) }
        let (rows, width) = hidden.matrixShape
        return projector(hidden.reshaped([rows, width]))
    }

    private static func stage(
        _ weights: Checkpoint, inputs: Int, outputs: Int
    ) throws(WeightsError) -> [RegNetBlock] {
        var blocks: [RegNetBlock] = []
        for index in 1...depth {
            blocks.append(
                try RegNetBlock(weights["b\(index)"], inputs: index == 1 ? inputs : outputs, outputs: outputs))
        }
        return blocks
    }
}

/// A RegNet block with depthwise convolutions and layer norms over channels (Radosavovic et al. 2020; timm's `RegStage` as the
/// connector uses it).
struct RegNetBlock: Sendable {
    private let conv1, conv3: Linear
    private let conv2: DepthwiseConvolution
    private let norms: [LayerNorm]
    private let squeeze, excite: Linear
    private let shortcut: (layer: Linear, norm: LayerNorm)?

    /// Reads the block below `weights`.
    init(_ weights: Checkpoint, inputs: Int, outputs: Int) throws(WeightsError) {
        conv1 = try Self.pointwise(weights["conv1"]["conv"], inputs: inputs, outputs: outputs)
        conv2 = try DepthwiseConvolution(weights["conv2"]["conv"], channels: outputs, side: 3)
        conv3 = try Self.pointwise(weights["conv3"]["conv"], inputs: outputs, outputs: outputs)
        var norms: [LayerNorm] = []
        for name in ["conv1", "conv2", "conv3"] { norms.append(try Self.norm(weights[name]["bn"], outputs)) }
        self.norms = norms
        // A quarter of the block's input, rounded half to even as Python does.
        let narrow = Int((Double(inputs) / 4).rounded(.toNearestOrEven))
        squeeze = try Self.pointwise(weights["se"]["fc1"], inputs: outputs, outputs: narrow, hasBias: true)
        excite = try Self.pointwise(weights["se"]["fc2"], inputs: narrow, outputs: outputs, hasBias: true)
        let side = weights["downsample"]
        shortcut =
            inputs == outputs
            ? nil
            : (
                try Self.pointwise(side["conv"], inputs: inputs, outputs: outputs), try Self.norm(side["bn"], outputs)
            )
    }

    /// x [T, H, W, C] → [T, H, W, D].
    func callAsFunction(_ x: Tensor) -> Tensor {
        var hidden = norms[0](conv1(x))
        Activation.silu.apply(to: &hidden)
        hidden = norms[1](conv2(hidden))
        Activation.silu.apply(to: &hidden)
        hidden = norms[2](conv3(excited(hidden)))
        hidden.add(shortcut.map { $0.norm($0.layer(x)) } ?? x)
        Activation.silu.apply(to: &hidden)
        return hidden
    }

    /// Each frame's channels times σ of what the frame's mean says of them.
    private func excited(_ x: Tensor) -> Tensor {
        let places = x.shape[1] * x.shape[2]
        let width = x.shape[3]
        let means = Tensor(joining: (0..<x.shape[0]).map { x[$0].reshaped([places, width]).meanOfRows() })
        var narrow = squeeze(means)
        Activation.silu.apply(to: &narrow)
        let gains = excite(narrow).values.map { 1 / (1 + (-$0).exponential) }
        var result = x
        result.withMutableValues { values in
            for row in 0..<x.shape[0] * places {
                let gain = row / places * width
                for channel in 0..<width { values[row * width + channel] *= gains[gain + channel] }
            }
        }
        return result
    }

    /// A 1 × 1 convolution is a linear layer on every place.
    private static func pointwise(
        _ weights: Checkpoint, inputs: Int, outputs: Int, hasBias: Bool = false
    ) throws(WeightsError) -> Linear {
        let weight = try weights.tensor("weight", shape: [outputs, inputs, 1, 1]).reshaped([outputs, inputs])
        let bias = hasBias ? try weights.tensor("bias", shape: [outputs]) : nil
        return Linear(weight: weight, bias: bias, precision: weights.precision)
    }

    private static func norm(_ weights: Checkpoint, _ width: Int) throws(WeightsError) -> LayerNorm {
        try LayerNorm(weights, width: width, epsilon: 1e-5)
    }
}
