internal import Glibc
package import NN

// Letters: B clips · F frames of a clip · C channels · S side of a frame · t, p frames and side of a tubelet · N tubelets
// ((F / t) · (S / p)²) · T tokens (1 + N) · D width.

/// A vision transformer over clips (Arnab et al., "ViViT: A Video Vision Transformer", 2021, model 1). Loads what Hugging Face
/// publishes as `VivitModel` (transformers, `modeling_vivit.py`).
///
///     frames → tubelets, class token, positions → ViTBlock × L → norm → class token → tanh
package struct ViViT: Sendable {
    private struct Shape {
        let blocks: TransformerShape
        /// F, S, C, t and p.
        let frames, imageSize, channels, tubeletFrames, tubeletSide: Int

        var perFrame: Int { (imageSize / tubeletSide) * (imageSize / tubeletSide) }
        var tubelets: Int { frames / tubeletFrames * perFrame }
        var tubeletValues: Int { channels * tubeletFrames * tubeletSide * tubeletSide }
    }

    private let shape: Shape
    private let classToken: Tensor  // [1, D]
    private let positions: Tensor  // [T, D]
    private let tubelets: Linear
    private let blocks: [ViTBlock]
    private let norm: LayerNorm
    private let pooler: Linear

    /// Loads the network in `folder`; reads all weights once, to check them.
    package static func loadNetwork(folder: String, precision: Precision = .fp32) throws(ModelError) -> ViViT {
        try ViViT(ModelFolder(path: folder, precision: precision))
    }

    init(_ folder: ModelFolder) throws(ModelError) {
        let shape = try Self.shape(try folder.configuration)
        let hasBias = try folder.configuration.bool("qkv_bias", default: true)
        let weights = try folder.weights
        self.shape = shape
        (classToken, positions, tubelets, blocks, norm, pooler) = try ModelError.wrapping { () throws(WeightsError) in
            let (width, embeddings) = (shape.blocks.width, weights["embeddings"])
            let token = try embeddings.tensor("cls_token", shape: [1, 1, width])[0]
            let table = try embeddings.tensor("position_embeddings", shape: [1, shape.tubelets + 1, width])[0]
            let projection = embeddings["patch_embeddings"]["projection"]
            let (t, p) = (shape.tubeletFrames, shape.tubeletSide)
            let kernel = try projection.tensor("weight", shape: [width, shape.channels, t, p, p])
            let tubelets = Linear(
                weight: kernel.reshaped([width, shape.tubeletValues]),
                bias: try projection.tensor("bias", shape: [width]), precision: weights.precision)
            var blocks: [ViTBlock] = []
            for layer in 0..<shape.blocks.layers {
                blocks.append(try Self.block(weights["encoder"]["layer"][layer], shape.blocks, hasBias: hasBias))
            }
            let norm = try LayerNorm(weights["layernorm"], width: width, epsilon: shape.blocks.epsilon)
            let pooler = try Linear(weights["pooler"]["dense"], inputs: width, outputs: width)
            try weights.finish(ignoring: [])
            return (token, table, tubelets, blocks, norm, pooler)
        }
    }

    /// Reads and checks `config.json`; what is missing takes transformers' defaults (`configuration_vivit.py`).
    private static func shape(_ file: ConfigurationFile) throws(ModelError) -> Shape {
        let (imageSize, _, channels) = try file.patches(imageSize: 224, patchSize: 1)
        let frames = try file.integer("num_frames", default: 32, in: 1...1024)
        let sides = file.has("tubelet_size") ? file.json["tubelet_size"]?.array?.map(\.integer) : [2, 16, 16]
        guard let sides, sides.count == 3, let t = sides[0], let p = sides[1], sides[2] == p,
            (1...frames).contains(t), (1...imageSize).contains(p)
        else { throw file.refusal("tubelet_size", "expected frames and the sides of a square, inside a clip") }
        let defaults = TransformerShape(
            width: 768, hiddenWidth: 3072, layers: 12, heads: 12, activation: .geluTanh, epsilon: 1e-6)
        return Shape(
            blocks: try TransformerShape(file, defaults: defaults), frames: frames, imageSize: imageSize,
            channels: channels, tubeletFrames: t, tubeletSide: p)
    }

    private static func block(
        _ weights: Checkpoint, _ shape: TransformerShape, hasBias: Bool
    ) throws(WeightsError) -> ViTBlock {
        let (width, heads) = (shape.width, weights["attention"]["attention"])
        return ViTBlock(
            norm1: try LayerNorm(weights["layernorm_before"], width: width, epsilon: shape.epsilon),
            attention: MultiHeadAttention(
                query: try Linear(heads["query"], inputs: width, outputs: width, hasBias: hasBias),
                key: try Linear(heads["key"], inputs: width, outputs: width, hasBias: hasBias),
                value: try Linear(heads["value"], inputs: width, outputs: width, hasBias: hasBias),
                output: try Linear(weights["attention"]["output"]["dense"], inputs: width, outputs: width),
                heads: shape.heads),
            norm2: try LayerNorm(weights["layernorm_after"], width: width, epsilon: shape.epsilon),
            feedForward: .plain(
                hidden: try Linear(weights["intermediate"]["dense"], inputs: width, outputs: shape.hiddenWidth),
                activation: shape.activation,
                output: try Linear(weights["output"]["dense"], inputs: shape.hiddenWidth, outputs: width)))
    }
}

extension ViViT {
    /// Clips [B, F, C, S, S], normalised → last hidden states after the norm [B·T, D].
    package func hidden(of clips: Tensor) -> Tensor {
        clips.expect(nil, shape.frames, shape.channels, shape.imageSize, shape.imageSize)
        let (batch, count) = (clips.shape[0], shape.tubelets)
        let embedded = tubelets(cut(clips))
        var hidden = Tensor(
            joining: (0..<batch).map { clip in
                var tokens = Tensor(joining: [classToken, embedded.rows(clip * count..<(clip + 1) * count)])
                tokens.add(positions)
                return tokens
            })
        for block in blocks { block.apply(to: &hidden, batch: batch, isCausal: false) }
        return norm(hidden)
    }

    /// hidden [B·T, D] → one vector for each clip [B, D].
    package func pooled(_ hidden: Tensor, batch: Int) -> Tensor {
        let tokens = hidden.shape[0] / batch
        var pooled = pooler(hidden.gathered(rows: (0..<batch).map { $0 * tokens }))
        pooled.withMutableValues { values in for i in values.indices { values[i] = tanhf(values[i]) } }
        return pooled
    }

    /// Clips [B, F, C, S, S] → tubelets [B·N, C·t·p·p], in the order of time, row and column.
    private func cut(_ clips: Tensor) -> Tensor {
        let (side, p, t) = (shape.imageSize, shape.tubeletSide, shape.tubeletFrames)
        let across = side / p
        return Tensor(shape: [clips.shape[0] * shape.tubelets, shape.tubeletValues]) { result in
            clips.withValues { source in
                var target = 0
                for tubelet in 0..<clips.shape[0] * shape.tubelets {
                    let (clip, place) = tubelet.quotientAndRemainder(dividingBy: shape.tubelets)
                    let (time, square) = place.quotientAndRemainder(dividingBy: shape.perFrame)
                    for line in 0..<shape.channels * t * p {
                        let (channel, frame, row) = (line / (t * p), line / p % t, line % p)
                        let plane = (clip * shape.frames + time * t + frame) * shape.channels + channel
                        let start = (plane * side + square / across * p + row) * side + square % across * p
                        for i in 0..<p { result[target + i] = source[start + i] }
                        target += p
                    }
                }
            }
        }
    }
}
