import NN

// Letters: T frames · H, W rows and columns · C channels in · O channels out.

/// A stage of a residual network on video (He et al. 2016; SlowFast's `ResStage`): bottleneck blocks, the first of which may
/// halve the picture and change the channels. Batch norms are folded into the convolutions before them.
struct ResidualStage: Sendable {
    /// The scopes of one block's weights, whatever a publisher calls them.
    struct BlockWeights {
        /// A convolution and the norm behind it.
        typealias Part = (layer: Checkpoint, norm: Checkpoint)

        /// The way around; nil where the input itself is added.
        let shortcut: Part?
        /// Time, space and width.
        let a, b, c: Part
    }

    private struct Block: Sendable {
        let shortcut: Convolution?
        let a, b, c: Convolution
    }

    private let blocks: [Block]
    /// O.
    let outputs: Int

    /// Reads `blocks`, which begin with `inputs` channels; the first has `stride` over rows and columns.
    init(_ blocks: [BlockWeights], inputs: Int, stride: Int) throws(WeightsError) {
        var (built, width) = ([Block](), inputs)
        for (index, weights) in blocks.enumerated() {
            let step = index == 0 ? stride : 1
            let a = try Self.convolution(weights.a, inputs: width, stride: 1)
            let b = try Self.convolution(weights.b, inputs: a.outputs, stride: step)
            let shortcut = try weights.shortcut.map { part throws(WeightsError) in
                try Self.convolution(part, inputs: width, stride: step)
            }
            width = shortcut?.outputs ?? width
            let c = try Self.convolution(weights.c, inputs: b.outputs, stride: 1, outputs: width)
            built.append(Block(shortcut: shortcut, a: a, b: b, c: c))
        }
        self.blocks = built
        outputs = width
    }

    /// x [T, H, W, C] → [T, H', W', O].
    func callAsFunction(_ x: Tensor) -> Tensor {
        var hidden = x
        for block in blocks {
            var sum = block.shortcut?(hidden) ?? hidden
            block.c.add(block.b(block.a(hidden, activation: .relu), activation: .relu), to: &sum)
            Activation.relu.apply(to: &sum)
            hidden = sum
        }
        return hidden
    }

    /// The convolution of `part`, its kernel and, unless given, its `outputs` as the weights have them. Kernels have a middle, so
    /// that time, rows and columns stay as they are but for the strides.
    static func convolution(
        _ part: BlockWeights.Part, inputs: Int, stride: Int, timeStride: Int = 1, outputs: Int? = nil
    ) throws(WeightsError) -> Convolution {
        let shape = part.layer.shape(of: "weight") ?? []
        let sides = shape.count == 5 ? shape[2...].map { $0 % 2 == 1 ? $0 : $0 + 1 } : [1, 1, 1]
        return try Convolution(
            part.layer, norm: part.norm, epsilon: 1e-5, inputs: inputs, outputs: outputs ?? max(1, shape.first ?? 1),
            kernel: .init(time: sides[0], rows: sides[1], columns: sides[2]),
            stride: .init(time: timeStride, rows: stride, columns: stride),
            padding: .init(time: sides[0] / 2, rows: sides[1] / 2, columns: sides[2] / 2))
    }
}
