package import NN

// Letters: N tokens · D width.

/// Writes a text token by token: the beginning goes through the decoder in pieces, then each chosen token alone. Every call
/// of ``step(budget:)`` is one piece of work that ends soon, inside a piece between two layers, so that other work can go
/// between.
package struct Generator: Sendable {
    private let decoder: TextDecoder
    /// What the decoder has seen; a part of it may begin another text.
    package private(set) var cache: KVCache
    private var sampler: Sampler
    private var constraint: TokenConstraint?
    private var pending: Tensor  // [N, D], embedded tokens that the decoder has not begun
    private var pass: DecoderPass?
    private let stops: Set<Int>
    private var left: Int
    /// Tokens of the beginning that go through the decoder at once; follows the time that a layer takes.
    private var pieceLength = 32
    private var slowestLayer = Duration.zero

    /// Most tokens of the beginning that go through the decoder at once.
    package static let longestPiece = 256
    /// What one layer is to take at most.
    private static let layerTime = Duration.milliseconds(20)

    /// What a step did.
    package enum Step: Equatable, Sendable {
        /// Part of the beginning, or of a token's layers, was worked on.
        case reading
        case token(Int)
        /// A stop token, a complete answer, the most tokens asked for, or the cache's bound.
        case end
    }

    /// A text behind `prompt` [N, D], N > 0, of at most `count` tokens, ended by any of `stops`, or by being a complete answer
    /// where there is a `constraint`. Throws ``ModelError/contextTooLong(tokens:limit:)`` when the cache has no room for the
    /// prompt, or `count` tokens cannot hold the shortest answer.
    package init(
        _ decoder: TextDecoder, prompt: Tensor, cache: KVCache, sampler: Sampler, stops: Set<Int>, count: Int,
        constraint: TokenConstraint? = nil
    ) throws(ModelError) {
        precondition(prompt.shape[0] > 0, "an empty prompt")
        let taken = cache.count + prompt.shape[0]
        guard taken <= cache.limit else { throw .contextTooLong(tokens: taken, limit: cache.limit) }
        // The last token written is never read again.
        left = constraint == nil ? count : min(count, cache.limit - taken + 1)
        if let constraint, constraint.distance > left {
            throw .contextTooLong(tokens: taken + constraint.distance, limit: cache.limit)
        }
        (self.decoder, self.cache, self.sampler, self.stops) = (decoder, cache, sampler, stops)
        self.constraint = constraint
        pending = prompt
    }

    /// The next piece of work: some layers of some tokens, one at least, until `budget` is spent or a
    /// token is found.
    package mutating func step(budget: Duration = .milliseconds(40)) -> Step {
        let end = ContinuousClock.now + budget
        while true {
            guard left > 0 else { return .end }
            guard var pass = pass.take() ?? begin() else {
                left = 0
                return .end
            }
            while !pass.isComplete {
                let start = ContinuousClock.now
                decoder.advance(&pass, cache: &cache)
                let now = ContinuousClock.now
                slowestLayer = max(slowestLayer, now - start)
                if now >= end && !pass.isComplete {
                    self.pass = pass
                    return .reading
                }
            }
            if let step = finish(pass) { return step }
        }
    }

    /// The next tokens on their way; nil when the cache is full.
    private mutating func begin() -> DecoderPass? {
        let count = min(pieceLength, pending.shape[0])
        guard cache.count + count <= cache.limit else { return nil }
        let piece = pending.rows(0..<count)
        pending = pending.rows(count..<pending.shape[0])
        slowestLayer = .zero
        return decoder.begin(piece, behind: cache)
    }

    /// Chooses a token once the whole beginning is read.
    private mutating func finish(_ pass: DecoderPass) -> Step? {
        let hidden = decoder.finish(pass, cache: &cache)
        let count = hidden.shape[0]
        guard pending.shape[0] == 0 else {
            let ratio = Self.layerTime / max(slowestLayer, .microseconds(1))
            pieceLength = min(Self.longestPiece, max(8, Int(Double(count) * min(ratio, 4))))
            return nil
        }
        let logits = decoder.logits(hidden.rows(count - 1..<count)).values
        guard let token = choose(logits) else {
            left = 0
            return .end
        }
        left -= 1
        if constraint?.isComplete ?? false { left = 0 }
        pending = decoder.embed([token])
        return .token(token)
    }

    private mutating func choose(_ logits: [Float]) -> Int? {
        guard constraint != nil else {
            return sampler.next(logits).flatMap { stops.contains($0) ? nil : $0 }
        }
        let mask = constraint?.mask(left: left) ?? []
        guard let token = sampler.next(logits, allowed: { mask.indices.contains($0) && mask[$0] }) else { return nil }
        constraint?.accept(token)
        return token
    }
}
