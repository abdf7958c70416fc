import NN

// Letters: N new tokens · D width · H heads · G key heads · K width of a head · M width of the hidden layer.

/// One block of LLaMA's kind (Touvron et al. 2023): RMS norms before both halves, rotary positions, grouped key heads
/// (Ainslie et al. 2023), a gated second half.
struct DecoderBlock: Sendable {
    private let inputNorm, middleNorm: RMSNorm
    private let query, key, value, output: Linear
    private let feedForward: FeedForward
    private let heads, keyHeads: Int

    /// Reads the block below `weights` under the key names of Hugging Face's LLaMA and Qwen2.
    init(_ weights: Checkpoint, _ configuration: DecoderConfiguration) throws(WeightsError) {
        let (width, hidden) = (configuration.width, configuration.hiddenWidth)
        let (queryWidth, keyWidth) = (configuration.heads * configuration.headWidth, configuration.keyWidth)
        let (bias, epsilon) = (configuration.hasAttentionBias, configuration.epsilon)
        inputNorm = try RMSNorm(weights["input_layernorm"], width: width, epsilon: epsilon)
        middleNorm = try RMSNorm(weights["post_attention_layernorm"], width: width, epsilon: epsilon)
        let attention = weights["self_attn"]
        query = try Linear(attention["q_proj"], inputs: width, outputs: queryWidth, hasBias: bias)
        key = try Linear(attention["k_proj"], inputs: width, outputs: keyWidth, hasBias: bias)
        value = try Linear(attention["v_proj"], inputs: width, outputs: keyWidth, hasBias: bias)
        output = try Linear(
            attention["o_proj"], inputs: queryWidth, outputs: width, hasBias: configuration.hasOutputBias)
        let mlp = weights["mlp"]
        feedForward = .gated(
            gate: try Linear(mlp["gate_proj"], inputs: width, outputs: hidden, hasBias: configuration.hasHiddenBias),
            activation: configuration.activation,
            hidden: try Linear(mlp["up_proj"], inputs: width, outputs: hidden, hasBias: configuration.hasHiddenBias),
            output: try Linear(mlp["down_proj"], inputs: hidden, outputs: width, hasBias: configuration.hasHiddenBias))
        (heads, keyHeads) = (configuration.heads, configuration.keyHeads)
    }

    /// residual [N, D] of the tokens behind those in the cache, through the block, in place.
    func apply(to residual: inout Tensor, _ positions: RotaryPositions, layer: Int, cache: inout KVCache) {
        let x = inputNorm(residual)
        var (queries, keys) = (query(x), key(x))
        positions.apply(to: &queries)
        positions.apply(to: &keys)
        let seen = cache.append(keys: keys, values: value(x), layer: layer)
        let mixed = ScaledAttention.mix(
            queries: queries, keys: seen.keys, values: seen.values, heads: heads, keyHeads: keyHeads, isCausal: true)
        output.add(mixed, to: &residual)
        feedForward.add(middleNorm(residual), to: &residual)
    }
}
