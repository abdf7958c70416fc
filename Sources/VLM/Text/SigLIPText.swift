import NN

// Letters: B batch · T tokens (`max_position_embeddings`) · D width · E projected width.

/// SigLIP's text transformer (Hugging Face `SiglipTextTransformer`): every token sees every other, padding too, and the last
/// place stands for the text.
struct SigLIPText: Sendable {
    /// The numbers of `text_config`.
    struct Configuration: Equatable, Sendable {
        var blocks: TransformerShape
        /// `vocab_size`.
        var vocabulary: Int
        /// T, `max_position_embeddings`.
        var contextLength: Int
        /// E, `projection_size`.
        var projectionWidth: Int
    }

    private let configuration: Configuration
    private let tokens: Embedding
    private let positions: Tensor  // [T, D]
    private let blocks: [ViTBlock]
    private let norm: LayerNorm
    private let head: Linear

    /// Reads the tower below `weights` (`text_model`).
    init(_ weights: Checkpoint, _ configuration: Configuration) throws(WeightsError) {
        let shape = configuration.blocks
        let embeddings = weights["embeddings"]
        self.configuration = configuration
        tokens = try Embedding(embeddings["token_embedding"], count: configuration.vocabulary, width: shape.width)
        positions = try embeddings["position_embedding"].tensor(
            "weight", shape: [configuration.contextLength, shape.width])
        blocks = try ViTBlock.stack(weights["encoder"]["layers"], shape)
        norm = try LayerNorm(weights["final_layer_norm"], width: shape.width, epsilon: shape.epsilon)
        head = try Linear(weights["head"], inputs: shape.width, outputs: configuration.projectionWidth)
    }

    /// B id sequences of T ids each, padding included → [B, E].
    func encode(_ texts: [[Int]], trace: Trace? = nil) -> Tensor {
        let length = configuration.contextLength
        precondition(!texts.isEmpty && texts.allSatisfy { $0.count == length }, "texts of other than \(length) tokens")
        var hidden = tokens(texts.flatMap { $0 })
        hidden.add(Tensor(joining: Array(repeating: positions, count: texts.count)))
        for (layer, block) in blocks.enumerated() {
            block.apply(to: &hidden, batch: texts.count, isCausal: false)
            trace?("text.hidden.\(layer + 1)", hidden)
        }
        return head(norm(hidden.gathered(rows: texts.indices.map { $0 * length + length - 1 })))
    }
}
