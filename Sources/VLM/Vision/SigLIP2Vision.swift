import NN

// Letters: B batch · P patches of a picture (rows · columns) · p side of a patch · C channels · D width.

/// SigLIP 2's vision transformer for pictures of any proportion ("NaFlex", Tschannen et al. 2025, section 2.4.2; Hugging
/// Face `Siglip2VisionTransformer`): a square table of positions is resized to each picture's grid.
struct SigLIP2Vision: Sendable {
    /// The numbers of `vision_config`.
    struct Configuration: Equatable, Sendable {
        var blocks: TransformerShape
        /// Places of the position table, a square number; `num_patches`.
        var places: Int
        /// p, `patch_size`.
        var patchSize: Int
        /// C, `num_channels`.
        var channels: Int

        /// Values of a patch: p · p · C.
        var patchValues: Int { patchSize * patchSize * channels }
        /// Rows and columns of the position table.
        var side: Int { Int(Double(places).squareRoot()) }
    }

    private let configuration: Configuration
    private let patchEmbedding: Linear
    private let positions: Tensor  // [side, side, D]
    private let trunk: SigLIPTrunk

    /// Reads the tower below `weights` (`vision_model`).
    init(_ weights: Checkpoint, _ configuration: Configuration) throws(WeightsError) {
        let embeddings = weights["embeddings"]
        let width = configuration.blocks.width
        self.configuration = configuration
        patchEmbedding = try Linear(
            embeddings["patch_embedding"], inputs: configuration.patchValues, outputs: width)
        positions = try embeddings["position_embedding"].tensor("weight", shape: [configuration.places, width])
            .reshaped([configuration.side, configuration.side, width])
        trunk = try SigLIPTrunk(weights, configuration.blocks)
    }

    /// patches [B·P, p·p·C] of B pictures that share one grid of `rows` × `columns` → pooled [B, D].
    func encode(_ patches: Tensor, rows: Int, columns: Int, trace: Trace? = nil) -> Tensor {
        let count = rows * columns
        precondition(count > 0 && patches.shape[0] % count == 0, "\(patches.shape) for \(rows)×\(columns)")
        let batch = patches.shape[0] / count
        let places = positions.resized(rows: rows, columns: columns, .linearAntialiased)
            .reshaped([count, configuration.blocks.width])
        var hidden = patchEmbedding(patches)
        hidden.add(Tensor(joining: Array(repeating: places, count: batch)))
        return trunk.encode(hidden, batch: batch, trace: trace)
    }
}
