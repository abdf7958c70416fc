internal import Glibc

// Letters: V vocabulary.

/// Chooses the next token from logits. Without temperature it takes the best; ties go to the smaller id.
package struct Sampler: Sendable {
    /// How tokens are chosen; every field's default changes nothing.
    package struct Settings: Sendable, Equatable {
        /// What logits are divided by; 0 takes the best token.
        package var temperature = 0.0
        /// Only the best so many tokens; 0 is all.
        package var topK = 0
        /// Only the best tokens that together have this probability (Holtzman et al. 2020).
        package var topP = 1.0
        /// Only tokens of at least this part of the best one's probability (Nguyen et al. 2024).
        package var minP = 0.0
        /// What logits of tokens that were there before are divided by, or multiplied when negative (Keskar et al. 2019).
        package var repetitionPenalty = 1.0
        /// Two samplers of one seed choose alike.
        package var seed: UInt64 = 0

        /// The best token always.
        package init() {}
    }

    private let settings: Settings
    private var state: UInt64
    private var seen: Set<Int> = []

    /// A sampler that has chosen nothing yet.
    package init(_ settings: Settings) {
        self.settings = settings
        state = settings.seed
    }

    /// Notes tokens that were there before, for the repetition penalty.
    package mutating func note(_ tokens: some Sequence<Int>) { seen.formUnion(tokens) }

    /// The next token for logits [V]; `allowed` hides tokens that may not follow. The token is noted. Nil when none is
    /// allowed.
    package mutating func next(_ logits: [Float], allowed: (Int) -> Bool = { _ in true }) -> Int? {
        let chosen = settings.temperature > 0 ? drawn(candidates(logits, allowed)) : best(logits, allowed)
        if let chosen { seen.insert(chosen) }
        return chosen
    }

    private func candidates(_ logits: [Float], _ allowed: (Int) -> Bool) -> [(token: Int, logit: Double)] {
        // What is no number is the last choice, so that the rest can be compared.
        logits.indices.filter(allowed).map { token in
            let logit = adjusted(logits[token], token)
            return (token, logit.isNaN ? -.greatestFiniteMagnitude : max(logit, -.greatestFiniteMagnitude))
        }
    }

    private func adjusted(_ logit: Float, _ token: Int) -> Double {
        let logit = Double(logit)
        guard settings.repetitionPenalty != 1, seen.contains(token) else { return logit }
        return logit > 0 ? logit / settings.repetitionPenalty : logit * settings.repetitionPenalty
    }

    private func best(_ logits: [Float], _ allowed: (Int) -> Bool) -> Int? {
        var best: (token: Int, logit: Double)?
        for token in logits.indices where allowed(token) {
            let logit = adjusted(logits[token], token)
            if let held = best, !(logit > held.logit) && !held.logit.isNaN { continue }
            best = (token, logit)
        }
        return best?.token
    }

    private mutating func drawn(_ candidates: [(token: Int, logit: Double)]) -> Int? {
        guard !candidates.isEmpty else { return nil }
        var sorted = candidates.sorted { ($1.logit, $0.token) < ($0.logit, $1.token) }
        if settings.topK > 0 { sorted = Array(sorted.prefix(settings.topK)) }
        let top = sorted[0].logit
        var weights = sorted.map { exp(($0.logit - top) / settings.temperature) }
        let kept = keptCount(weights)
        weights = Array(weights.prefix(kept))
        var rest = random() * weights.reduce(0, +)
        for (index, weight) in weights.enumerated() {
            rest -= weight
            if rest < 0 { return sorted[index].token }
        }
        return sorted[kept - 1].token
    }

    /// How many of the weights, best first, top-p and min-p leave; at least one.
    private func keptCount(_ weights: [Double]) -> Int {
        let total = weights.reduce(0, +)
        var (count, sum) = (0, 0.0)
        for weight in weights {
            if count > 0, sum >= settings.topP * total || weight < settings.minP { break }
            sum += weight
            count += 1
        }
        return count
    }

    /// In 0..<1 (SplitMix64, Steele et al. 2014).
    private mutating func random() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Double((z ^ (z >> 31)) >> 11) * 0x1p-53
    }
}
