package import NN

// Letters: N new tokens · D width · V vocabulary · L layers.

/// A decoder of LLaMA's kind: hidden states of tokens that see what stands before them, and the logits of the token that
/// follows. Immutable and shareable; what a text has seen so far lives in its ``KVCache``.
package struct TextDecoder: Sendable {
    private let configuration: DecoderConfiguration
    private let tokens: TokenTable
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
        var blocks: [DecoderBlock] = []
        for layer in 0..<configuration.layers {
            blocks.append(try DecoderBlock(weights["layers"][layer], configuration))
        }
        self.blocks = blocks
        norm = try RMSNorm(weights["norm"], width: configuration.width, epsilon: configuration.epsilon)
        if configuration.isTied {
            head = try Linear(
                weights["embed_tokens"], inputs: configuration.width, outputs: configuration.vocabulary, hasBias: false)
            tokens = .tied(head)
        } else {
            let table = try Embedding(
                weights["embed_tokens"], count: configuration.vocabulary, width: configuration.width)
            head = try Linear(
                headWeights, inputs: configuration.width, outputs: configuration.vocabulary, hasBias: false)
            tokens = weights.precision == .fp32 ? .floats(table) : .halves(CompactRows(table.weight, as: .fp16))
        }
        frequencies = RotaryPositions.frequencies(
            headWidth: configuration.headWidth, base: configuration.rotaryBase)
    }

    /// An empty cache for a text of at most `limit` tokens, whose keys and values are kept in `format`.
    package func emptyCache(limit: Int, format: CompactRows.Format = .fp32) -> KVCache {
        KVCache(
            layers: configuration.layers, width: configuration.keyWidth, headWidth: configuration.headWidth,
            limit: min(limit, contextLength), format: format)
    }

    /// N ids → [N, D].
    package func embed(_ ids: [Int]) -> Tensor { tokens(ids) }

    /// x [N, D], the embedded tokens behind those in the cache → hidden states after the last norm [N, D]. Traces
    /// `text.hidden.1` ….
    package func advance(_ x: Tensor, cache: inout KVCache, trace: Trace? = nil) -> Tensor {
        var pass = begin(x, behind: cache)
        while !pass.isComplete {
            advance(&pass, cache: &cache)
            trace?("text.hidden.\(pass.layer)", pass.hidden)
        }
        return finish(pass, cache: &cache)
    }

    /// Begins the way of x [N, D] through the layers, to be taken one by one.
    func begin(_ x: Tensor, behind cache: KVCache) -> DecoderPass {
        x.expect(nil, configuration.width)
        let positions = RotaryPositions(positions: cache.count..<cache.count + x.shape[0], frequencies: frequencies)
        return DecoderPass(hidden: x, positions: positions, layers: blocks.count)
    }

    /// One layer.
    func advance(_ pass: inout DecoderPass, cache: inout KVCache) {
        blocks[pass.layer].apply(to: &pass.hidden, pass.positions, layer: pass.layer, cache: &cache)
        pass.layer += 1
    }

    /// Hidden states after the last norm [N, D]; the cache counts the tokens from now on.
    func finish(_ pass: DecoderPass, cache: inout KVCache) -> Tensor {
        precondition(pass.isComplete, "layer \(pass.layer) of \(blocks.count)")
        cache.advance(pass.hidden.shape[0])
        return norm(pass.hidden)
    }

    /// hidden [N, D] → logits [N, V].
    package func logits(_ hidden: Tensor) -> Tensor { head(hidden) }
}

/// Tokens on their way through a decoder, layer by layer.
struct DecoderPass: Sendable {
    fileprivate(set) var hidden: Tensor
    fileprivate let positions: RotaryPositions
    /// Layers done.
    fileprivate(set) var layer = 0
    private let layers: Int

    fileprivate init(hidden: Tensor, positions: RotaryPositions, layers: Int) {
        (self.hidden, self.positions, self.layers) = (hidden, positions, layers)
    }

    var isComplete: Bool { layer == layers }
}

/// The embedding of a decoder's tokens: a table of its own, or the rows of the head that it shares weights with, so that
/// these are in memory once.
private enum TokenTable: Sendable {
    case floats(Embedding)
    case halves(CompactRows)
    case tied(Linear)

    func callAsFunction(_ ids: [Int]) -> Tensor {
        switch self {
        case .floats(let table): table(ids)
        case .halves(let rows): rows.gathered(ids)
        case .tied(let head): head.weightRows(ids)
        }
    }
}
