import NN

// Letters: N patches of a clip · T frames · P patches of a frame · C channels · p side of a patch · D width · H heads ·
// K width of a head.

/// VideoLLaMA3's vision transformer (Zhang et al. 2025, section 2.1; Hugging Face `VideoLlama3VisionModel`): pictures of any
/// size; a patch's row and column turn its queries and keys; every frame by itself, so that it can be encoded once and kept.
struct AnyResolutionVision: Sendable {
    /// The numbers of a vision section.
    struct Configuration: Equatable, Sendable {
        var blocks: TransformerShape
        /// p, `patch_size`.
        var patchSize: Int
        /// C, `num_channels`.
        var channels: Int
        /// `rope_theta`
        var rotaryBase: Double
    }

    private struct Block: Sendable {
        let norm1, norm2: LayerNorm
        let query, key, value, output: Linear
        let feedForward: FeedForward
    }

    private let configuration: Configuration
    private let patchEmbedding: Linear
    private let blocks: [Block]
    private let norm: LayerNorm

    /// Reads the tower below `weights`.
    init(_ weights: Checkpoint, _ configuration: Configuration) throws(WeightsError) {
        let shape = configuration.blocks
        self.configuration = configuration
        patchEmbedding = try PatchEmbedding(
            weights["embeddings"]["patch_embedding"], channels: configuration.channels,
            patchSize: configuration.patchSize, width: shape.width, hasBias: true
        ).projection
        var blocks: [Block] = []
        for layer in 0..<shape.layers { blocks.append(try Self.block(weights["encoder"]["layers"][layer], shape)) }
        self.blocks = blocks
        norm = try LayerNorm(weights["post_layernorm"], width: shape.width, epsilon: shape.epsilon)
    }

    /// patches [N, C·p·p] of one clip, in the grid's order → one vector for each square [T · tokens, D], in reading order.
    /// Traces `vision.hidden.0` ….
    func encode(_ patches: Tensor, _ grid: PatchGrid, trace: Trace? = nil) -> Tensor {
        let positions = positions(grid)
        var hidden = embedded(patches, grid)
        trace?("vision.hidden.0", hidden)
        for layer in blocks.indices {
            apply(layer, to: &hidden, grid, positions)
            trace?("vision.hidden.\(layer + 1)", hidden)
        }
        return last(hidden, grid)
    }

    /// How many blocks there are.
    var layers: Int { blocks.count }

    /// patches [N, C·p·p] → what the first block reads [N, D].
    func embedded(_ patches: Tensor, _ grid: PatchGrid) -> Tensor {
        patches.expect(grid.frames * grid.patchesPerFrame, configuration.channels * square(configuration.patchSize))
        return patchEmbedding(patches)
    }

    /// Where the patches lie.
    func positions(_ grid: PatchGrid) -> RotaryPositions {
        RotaryPositions(angles: (0..<grid.frames).flatMap { _ in angles(of: grid.places) })
    }

    /// hidden [N, D] through block `layer`, in place.
    func apply(_ layer: Int, to hidden: inout Tensor, _ grid: PatchGrid, _ positions: RotaryPositions) {
        let block = blocks[layer]
        attend(block, to: &hidden, grid, positions)
        block.feedForward.add(block.norm2(hidden), to: &hidden)
    }

    /// hidden [N, D] behind the last block → one vector for each square, in reading order.
    func last(_ hidden: Tensor, _ grid: PatchGrid) -> Tensor { merged(norm(hidden), grid) }

    private func attend(_ block: Block, to hidden: inout Tensor, _ grid: PatchGrid, _ positions: RotaryPositions) {
        let x = block.norm1(hidden)
        var (queries, keys) = (block.query(x), block.key(x))
        let values = block.value(x)
        positions.apply(to: &queries)
        positions.apply(to: &keys)
        let heads = configuration.blocks.heads
        let mixed = (0..<grid.frames).map { frame in
            let rows = frame * grid.patchesPerFrame..<(frame + 1) * grid.patchesPerFrame
            return ScaledAttention.mix(
                queries: queries.rows(rows), keys: keys.rows(rows), values: values.rows(rows), heads: heads,
                keyHeads: heads, isCausal: false)
        }
        block.output.add(Tensor(joining: mixed), to: &hidden)
    }

    /// K / 2 angles of each place: half of them by its row, half by its column.
    private func angles(of places: [(row: Int, column: Int)]) -> [[Double]] {
        let headWidth = configuration.blocks.width / configuration.blocks.heads
        let frequencies = RotaryPositions.frequencies(headWidth: headWidth / 2, base: configuration.rotaryBase)
        return places.map { place in
            frequencies.map { Double(place.row) * $0 } + frequencies.map { Double(place.column) * $0 }
        }
    }

    /// hidden [N, D] in the grid's order → each frame in reading order, its sides divided by the grid's squares.
    private func merged(_ hidden: Tensor, _ grid: PatchGrid) -> Tensor {
        let width = configuration.blocks.width
        var order = [Int](repeating: 0, count: grid.patchesPerFrame)
        for (index, place) in grid.places.enumerated() { order[place.row * grid.columns + place.column] = index }
        let frames = (0..<grid.frames).map { frame in
            let raster = hidden.gathered(rows: order.map { frame * grid.patchesPerFrame + $0 })
            guard grid.merge > 1 else { return raster }
            return raster.reshaped([grid.rows, grid.columns, width])
                .resized(rows: grid.rows / grid.merge, columns: grid.columns / grid.merge, .linear)
                .reshaped([grid.tokensPerFrame, width])
        }
        return Tensor(joining: frames)
    }

    private func square(_ side: Int) -> Int { side * side }

    private static func block(_ weights: Checkpoint, _ shape: TransformerShape) throws(WeightsError) -> Block {
        let width = shape.width
        let attention = weights["self_attn"]
        return Block(
            norm1: try LayerNorm(weights["layer_norm1"], width: width, epsilon: shape.epsilon),
            norm2: try LayerNorm(weights["layer_norm2"], width: width, epsilon: shape.epsilon),
            query: try Linear(attention["q_proj"], inputs: width, outputs: width),
            key: try Linear(attention["k_proj"], inputs: width, outputs: width),
            value: try Linear(attention["v_proj"], inputs: width, outputs: width),
            output: try Linear(attention["out_proj"], inputs: width, outputs: width),
            feedForward: .plain(
                hidden: try Linear(weights["mlp"]["fc1"], inputs: width, outputs: shape.hiddenWidth),
                activation: shape.activation,
                output: try Linear(weights["mlp"]["fc2"], inputs: shape.hiddenWidth, outputs: width)))
    }
}
