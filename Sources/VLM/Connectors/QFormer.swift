import NN

// Letters: q queries · N text tokens · M tokens that are attended to · D width · E their width.

/// A Q-Former (Li et al. 2023, "BLIP-2", section 3.1): learned queries that attend to a picture's tokens, and may read a text
/// beside them (Dai et al. 2023, "InstructBLIP"). BERT's blocks, norms behind each part.
struct QFormer: Sendable {
    /// The numbers of a Q-Former's section.
    struct Configuration: Equatable, Sendable {
        var blocks: TransformerShape
        /// Every how many blocks the queries attend to the picture, `cross_attention_frequency`.
        var crossFrequency: Int
        /// E, `encoder_hidden_size`.
        var seenWidth: Int
        /// `vocab_size` and `max_position_embeddings` of the text beside the queries; nil for queries alone.
        var text: TextSize?

        struct TextSize: Equatable, Sendable {
            var vocabulary, contextLength: Int
        }
    }

    private struct Block: Sendable {
        let attention: MultiHeadAttention
        let attentionNorm: LayerNorm
        let cross: (layer: CrossAttention, norm: LayerNorm)?
        let queryHalf: (layer: FeedForward, norm: LayerNorm)
        let textHalf: (layer: FeedForward, norm: LayerNorm)?
    }

    private let words, positions: Embedding?
    private let norm: LayerNorm
    private let blocks: [Block]

    /// Reads the model below `weights`, the tables of its text from `embeddings` in it, with the first norm.
    init(_ weights: Checkpoint, _ configuration: Configuration) throws(WeightsError) {
        let embeddings = weights["embeddings"]
        try self.init(
            weights, embeddings: embeddings, norm: (configuration.text == nil ? weights : embeddings)["layernorm"],
            configuration)
    }

    /// Reads the blocks below `weights`, the tables of its text below `embeddings`, and the first norm below `norm`.
    init(
        _ weights: Checkpoint, embeddings: Checkpoint, norm: Checkpoint, _ configuration: Configuration
    ) throws(WeightsError) {
        let shape = configuration.blocks
        if let text = configuration.text {
            words = try Embedding(embeddings["word_embeddings"], count: text.vocabulary, width: shape.width)
            positions = try Embedding(embeddings["position_embeddings"], count: text.contextLength, width: shape.width)
        } else {
            (words, positions) = (nil, nil)
        }
        self.norm = try LayerNorm(norm, width: shape.width, epsilon: shape.epsilon)
        var blocks: [Block] = []
        for layer in 0..<shape.layers {
            blocks.append(
                try Self.block(
                    weights["encoder"]["layer"][layer], configuration,
                    hasCross: layer % configuration.crossFrequency == 0))
        }
        self.blocks = blocks
    }

    /// queries [q, D] and the ids of a text on `seen` [M, E] → [q, D].
    func encode(_ queries: Tensor, text ids: [Int] = [], on seen: Tensor) -> Tensor {
        let count = queries.shape[0]
        var hidden = queries
        if !ids.isEmpty, let words, let positions {
            var text = words(ids)
            text.add(positions(Array(ids.indices)))
            hidden = Tensor(joining: [queries, text])
        }
        hidden = norm(hidden)
        for block in blocks { hidden = Self.apply(block, hidden, queries: count, seen) }
        return hidden.rows(0..<count)
    }

    /// The ids of a text by itself, marks included → hidden states [N, D]; nothing is attended to but the text.
    func encode(text ids: [Int]) -> Tensor {
        guard let words, let positions else { preconditionFailure("a Q-Former without text") }
        var hidden = words(ids)
        hidden.add(positions(Array(ids.indices)))
        hidden = norm(hidden)
        for block in blocks {
            let input = hidden
            block.attention.add(input, batch: 1, isCausal: false, to: &hidden)
            hidden = block.attentionNorm(hidden)
            if let textHalf = block.textHalf { hidden = Self.half(textHalf, hidden) }
        }
        return hidden
    }

    private static func apply(_ block: Block, _ input: Tensor, queries count: Int, _ seen: Tensor) -> Tensor {
        var hidden = input
        block.attention.add(input, batch: 1, isCausal: false, to: &hidden)
        hidden = block.attentionNorm(hidden)
        var queries = hidden.rows(0..<count)
        if let cross = block.cross {
            let x = queries
            cross.layer.add(x, on: seen, to: &queries)
            queries = cross.norm(queries)
        }
        queries = half(block.queryHalf, queries)
        guard hidden.shape[0] > count, let textHalf = block.textHalf else { return queries }
        return Tensor(joining: [queries, half(textHalf, hidden.rows(count..<hidden.shape[0]))])
    }

    private static func half(_ half: (layer: FeedForward, norm: LayerNorm), _ x: Tensor) -> Tensor {
        var result = x
        half.layer.add(x, to: &result)
        return half.norm(result)
    }

    private static func block(
        _ weights: Checkpoint, _ configuration: Configuration, hasCross: Bool
    ) throws(WeightsError) -> Block {
        let shape = configuration.blocks
        let (width, epsilon) = (shape.width, shape.epsilon)
        let heads = weights["attention"]["attention"]
        let crossHeads = weights["crossattention"]["attention"]
        let cross = weights["crossattention"]["output"]
        return Block(
            attention: MultiHeadAttention(
                query: try Linear(heads["query"], inputs: width, outputs: width),
                key: try Linear(heads["key"], inputs: width, outputs: width),
                value: try Linear(heads["value"], inputs: width, outputs: width),
                output: try Linear(weights["attention"]["output"]["dense"], inputs: width, outputs: width),
                heads: shape.heads),
            attentionNorm: try LayerNorm(weights["attention"]["output"]["LayerNorm"], width: width, epsilon: epsilon),
            cross: hasCross
                ? (
                    CrossAttention(
                        query: try Linear(crossHeads["query"], inputs: width, outputs: width),
                        key: try Linear(crossHeads["key"], inputs: configuration.seenWidth, outputs: width),
                        value: try Linear(crossHeads["value"], inputs: configuration.seenWidth, outputs: width),
                        output: try Linear(cross["dense"], inputs: width, outputs: width), heads: shape.heads),
                    try LayerNorm(cross["LayerNorm"], width: width, epsilon: epsilon)
                ) : nil,
            queryHalf: try half(weights["intermediate_query"], weights["output_query"], shape),
            textHalf: configuration.text == nil ? nil : try half(weights["intermediate"], weights["output"], shape))
    }

    private static func half(
        _ hidden: Checkpoint, _ output: Checkpoint, _ shape: TransformerShape
    ) throws(WeightsError) -> (layer: FeedForward, norm: LayerNorm) {
        let layer = FeedForward.plain(
            hidden: try Linear(hidden["dense"], inputs: shape.width, outputs: shape.hiddenWidth),
            activation: shape.activation,
            output: try Linear(output["dense"], inputs: shape.hiddenWidth, outputs: shape.width))
        return (layer, try LayerNorm(output["LayerNorm"], width: shape.width, epsilon: shape.epsilon))
    }
}
