import NN

// Letters: T tokens · D width · M width of the hidden layer.

/// BERT's encoder (Devlin et al. 2019; Hugging Face `BertModel`): blocks with their norms behind each half.
struct BERTText: Sendable {
    /// The numbers of `config.json`.
    struct Configuration: Equatable, Sendable {
        var blocks: TransformerShape
        /// `vocab_size`.
        var vocabulary: Int
        /// `max_position_embeddings`.
        var contextLength: Int
        /// `type_vocab_size`.
        var types: Int
    }

    private struct Block: Sendable {
        let attention: MultiHeadAttention
        let attentionNorm: LayerNorm
        let feedForward: FeedForward
        let outputNorm: LayerNorm
    }

    private let tokens, positions: Embedding
    private let firstType: Tensor  // [1, D]: all of a single text is of type 0
    private let norm: LayerNorm
    private let blocks: [Block]

    /// Reads the model below `weights`.
    init(_ weights: Checkpoint, _ configuration: Configuration) throws(WeightsError) {
        let shape = configuration.blocks
        let embeddings = weights["embeddings"]
        tokens = try Embedding(embeddings["word_embeddings"], count: configuration.vocabulary, width: shape.width)
        positions = try Embedding(
            embeddings["position_embeddings"], count: configuration.contextLength, width: shape.width)
        firstType = try embeddings["token_type_embeddings"].tensor("weight", shape: [configuration.types, shape.width])
            .rows(0..<1)
        norm = try LayerNorm(embeddings["LayerNorm"], width: shape.width, epsilon: shape.epsilon)
        var blocks: [Block] = []
        for layer in 0..<shape.layers { blocks.append(try Self.block(weights["encoder"]["layer"][layer], shape)) }
        self.blocks = blocks
    }

    /// The ids of one text, marks included → hidden states [T, D]. Traces `text.hidden.0` ….
    func encode(_ ids: [Int], trace: Trace? = nil) -> Tensor {
        var hidden = tokens(ids)
        hidden.add(positions(Array(ids.indices)))
        hidden.add(firstType.gathered(rows: ids.map { _ in 0 }))
        hidden = norm(hidden)
        trace?("text.hidden.0", hidden)
        for (layer, block) in blocks.enumerated() {
            let input = hidden
            block.attention.add(input, batch: 1, isCausal: false, to: &hidden)
            hidden = block.attentionNorm(hidden)
            let middle = hidden
            block.feedForward.add(middle, to: &hidden)
            hidden = block.outputNorm(hidden)
            trace?("text.hidden.\(layer + 1)", hidden)
        }
        return hidden
    }

    private static func block(_ weights: Checkpoint, _ shape: TransformerShape) throws(WeightsError) -> Block {
        let width = shape.width
        let attention = weights["attention"]
        let heads = attention["self"]
        return Block(
            attention: MultiHeadAttention(
                query: try Linear(heads["query"], inputs: width, outputs: width),
                key: try Linear(heads["key"], inputs: width, outputs: width),
                value: try Linear(heads["value"], inputs: width, outputs: width),
                output: try Linear(attention["output"]["dense"], inputs: width, outputs: width), heads: shape.heads),
            attentionNorm: try LayerNorm(attention["output"]["LayerNorm"], width: width, epsilon: shape.epsilon),
            feedForward: .plain(
                hidden: try Linear(weights["intermediate"]["dense"], inputs: width, outputs: shape.hiddenWidth),
                activation: shape.activation,
                output: try Linear(weights["output"]["dense"], inputs: shape.hiddenWidth, outputs: width)),
            outputNorm: try LayerNorm(weights["output"]["LayerNorm"], width: width, epsilon: shape.epsilon))
    }
}
