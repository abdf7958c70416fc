package import NN

// Letters: N new tokens · D width · V vocabulary · L layers.

/// A decoder of LLaMA's kind: hidden states of tokens that see what stands before them, and the logits of the token that
/// follows. Immutable and shareable; what a text has seen so far lives in its ``KVCache``.
package struct TextDecoder: Sendable {
    private let configuration: DecoderConfiguration
    private let tokens: Embedding
    private let blocks: [DecoderBlock]
    private let norm: RMSNorm
    private let head: Linear
    private let frequencies: [Double]

    /// V.
    package var vocabulary: Int { configuration.vocabulary }
    /// Longest text in tokens.
    package var contextLength: Int { configuration.contextLength }

    /// Reads `model` and, unless it is tied to the embedding, `lm_head` below `weights`.
    init(
        _ weights: Checkpoint, head headWeights: Checkpoint, _ configuration: DecoderConfiguration
    ) throws(WeightsError) {
        self.configuration = configuration
        tokens = try Embedding(
            weights["embed_tokens"], count: configuration.vocabulary, width: configuration.width)
        var blocks: [DecoderBlock] = []
        for layer in 0..<configuration.layers {
            blocks.append(try DecoderBlock(weights["layers"][layer], configuration))
        }
        self.blocks = blocks
        norm = try RMSNorm(weights["norm"], width: configuration.width, epsilon: configuration.epsilon)
        head =
            configuration.isTied
            ? Linear(weight: tokens.weight, bias: nil, precision: weights.precision)
            : try Linear(
                headWeights, inputs: configuration.width, outputs: configuration.vocabulary, hasBias: false)
        frequencies = RotaryPositions.frequencies(
            headWidth: configuration.headWidth, base: configuration.rotaryBase)
    }

    /// An empty cache for a text of at most `limit` tokens.
    package func emptyCache(limit: Int) -> KVCache {
        KVCache(layers: configuration.layers, width: configuration.keyWidth, limit: min(limit, contextLength))
    }

    /// N ids → [N, D].
    package func embed(_ ids: [Int]) -> Tensor { tokens(ids) }

    /// x [N, D], the embedded tokens behind those in the cache → hidden states after the last norm [N, D]. Traces
    /// `text.hidden.1` ….
    package func advance(_ x: Tensor, cache: inout KVCache, trace: Trace? = nil) -> Tensor {
        x.expect(nil, configuration.width)
        let count = x.shape[0]
        let positions = RotaryPositions(positions: cache.count..<cache.count + count, frequencies: frequencies)
        var hidden = x
        for (layer, block) in blocks.enumerated() {
            block.apply(to: &hidden, positions, layer: layer, cache: &cache)
            trace?("text.hidden.\(layer + 1)", hidden)
        }
        cache.advance(count)
        return norm(hidden)
    }

    /// hidden [N, D] → logits [N, V].
    package func logits(_ hidden: Tensor) -> Tensor { head(hidden) }
}
