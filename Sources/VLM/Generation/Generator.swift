package import NN

// Letters: N tokens · D width.

/// Writes a text token by token: the beginning goes through the decoder in pieces, then each chosen token alone. Every call
/// of ``step()`` is one piece of work that ends soon, so that other work can go between.
package struct Generator: Sendable {
    private let decoder: TextDecoder
    private var cache: KVCache
    private var sampler: Sampler
    private var pending: Tensor  // [N, D], embedded tokens that the decoder has not seen
    private let stops: Set<Int>
    private var left: Int

    /// Tokens of the beginning that go through the decoder at once.
    package static let pieceLength = 128

    /// What a step did.
    package enum Step: Equatable, Sendable {
        /// Part of the beginning went through the decoder.
        case reading
        case token(Int)
        /// A stop token, the most tokens asked for, or the cache's bound.
        case end
    }

    /// A text behind `prompt` [N, D], N > 0, of at most `count` tokens, ended by any of `stops`. Throws
    /// ``ModelError/contextTooLong(tokens:limit:)`` when the cache has no room for the prompt.
    package init(
        _ decoder: TextDecoder, prompt: Tensor, cache: KVCache, sampler: Sampler, stops: Set<Int>, count: Int
    ) throws(ModelError) {
        precondition(prompt.shape[0] > 0, "an empty prompt")
        guard cache.count + prompt.shape[0] <= cache.limit else {
            throw .contextTooLong(tokens: cache.count + prompt.shape[0], limit: cache.limit)
        }
        (self.decoder, self.cache, self.sampler, self.stops, left) = (decoder, cache, sampler, stops, count)
        pending = prompt
    }

    /// The next piece of work.
    package mutating func step() -> Step {
        guard left > 0 else { return .end }
        let count = min(Self.pieceLength, pending.shape[0])
        guard cache.count + count <= cache.limit else { return .end }
        let hidden = decoder.advance(pending.rows(0..<count), cache: &cache)
        pending = pending.rows(count..<pending.shape[0])
        guard pending.shape[0] == 0 else { return .reading }
        let logits = decoder.logits(hidden.rows(count - 1..<count)).values
        guard let token = sampler.next(logits), !stops.contains(token) else {
            left = 0
            return .end
        }
        left -= 1
        pending = decoder.embed([token])
        return .token(token)
    }
}
