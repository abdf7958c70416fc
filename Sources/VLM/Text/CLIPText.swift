import NN

// Letters: B batch · T tokens of the longest text · D width · V vocabulary.

/// CLIP's text transformer (Radford et al. 2021, section 2.4; Hugging Face `CLIPTextTransformer`): causal attention; the
/// output at the end token stands for the text.
struct CLIPText: Sendable {
    /// The numbers of `text_config`.
    struct Configuration: Equatable, Sendable {
        var blocks: TransformerShape
        /// V, `vocab_size`.
        var vocabulary: Int
        /// `max_position_embeddings`.
        var contextLength: Int
        /// `eos_token_id`; 2 is the mark of checkpoints made before the field was right, see ``CLIPText/end(of:)``.
        var endToken: Int
    }

    private let configuration: Configuration
    private let tokens, positions: Embedding
    private let blocks: [ViTBlock]
    private let finalNorm: LayerNorm

    /// Reads the tower below `weights` (`text_model`).
    init(_ weights: Checkpoint, _ configuration: Configuration) throws(WeightsError) {
        let shape = configuration.blocks
        self.configuration = configuration
        tokens = try Embedding(
            weights["embeddings"]["token_embedding"], count: configuration.vocabulary, width: shape.width)
        positions = try Embedding(
            weights["embeddings"]["position_embedding"], count: configuration.contextLength, width: shape.width)
        blocks = try ViTBlock.stack(weights["encoder"]["layers"], shape)
        finalNorm = try LayerNorm(weights["final_layer_norm"], width: shape.width, epsilon: shape.epsilon)
    }

    /// B id sequences of 1 to `contextLength` ids each → pooled [B, D]. What follows a text's end token cannot change its
    /// result, because attention is causal; so it is left out and shorter texts are padded at their end.
    func encode(_ texts: [[Int]], trace: Trace? = nil) -> Tensor {
        precondition(!texts.isEmpty && texts.allSatisfy { !$0.isEmpty }, "texts of no tokens")
        let ends = texts.map(end(of:))
        let length = (ends.max() ?? 0) + 1
        let hidden = hidden(texts, length: length, trace: trace)
        return finalNorm(hidden.gathered(rows: ends.enumerated().map { $0.offset * length + $0.element }))
    }

    /// One id sequence → the states of its tokens after the last norm [T, D].
    func states(_ ids: [Int]) -> Tensor { finalNorm(hidden([ids], length: ids.count, trace: nil)) }

    /// B id sequences, cut or padded to `length` → states before the last norm [B·length, D].
    private func hidden(_ texts: [[Int]], length: Int, trace: Trace?) -> Tensor {
        precondition(length <= configuration.contextLength, "\(length) tokens of \(configuration.contextLength)")
        let ids = texts.flatMap { Array($0.prefix(length)) + Array(repeating: 0, count: max(0, length - $0.count)) }
        var hidden = tokens(ids)
        let places = positions(texts.flatMap { _ in Array(0..<length) })
        hidden.add(places)
        for (layer, block) in blocks.enumerated() {
            block.apply(to: &hidden, batch: texts.count, isCausal: true)
            trace?("text.hidden.\(layer + 1)", hidden)
        }
        return hidden
    }

    /// Where the text is read out: the first end token (the first id when there is none, as `argmax` of no match gives).
    /// Configurations that say 2 predate the field; the reference then takes the largest id, which in CLIP's vocabulary
    /// is the end token (transformers, `modeling_clip.py`, `CLIPTextTransformer.forward`).
    private func end(of ids: [Int]) -> Int {
        guard configuration.endToken == 2 else { return ids.firstIndex(of: configuration.endToken) ?? 0 }
        return ids.indices.max { ids[$0] < ids[$1] || (ids[$0] == ids[$1] && $0 > $1) } ?? 0
    }
}
