// Letters: V vocabulary.

/// Which tokens may follow, so that a text becomes an answer of an ``OutputGrammar`` and ends in time.
package struct TokenConstraint: Sendable {
    private let grammar: OutputGrammar
    private let vocabulary: TokenBytes
    private var state: OutputGrammar.State
    /// Masks of the middles of long strings, where they are all alike.
    private var masks: [Int: [Bool]] = [:]

    /// An answer that begins.
    package init(_ grammar: OutputGrammar, _ vocabulary: TokenBytes) {
        (self.grammar, self.vocabulary, state) = (grammar, vocabulary, grammar.start)
    }

    /// Whether the answer is complete.
    package var isComplete: Bool { grammar.isEnd(state) }
    /// Tokens that are needed at most to the end.
    package var distance: Int { grammar.distance(state) }

    /// Which of V tokens may follow when `left` more, this one included, may be written: each leaves enough of them to end
    /// the answer, which takes no more tokens than bytes.
    package mutating func mask(left: Int) -> [Bool] {
        let isWide = (grammar.room(state) ?? 0) > vocabulary.longest && left > 2 * grammar.distance(state) + 64
        let place = grammar.place(state)
        if isWide, let mask = masks[place] { return mask }
        let mask = computed(left: left)
        if isWide { masks[place] = mask }
        return mask
    }

    private func computed(left: Int) -> [Bool] {
        var mask = [Bool](repeating: false, count: vocabulary.count)
        var path: [OutputGrammar.State] = [state]
        var dead = Int.max
        vocabulary.forEach { id, bytes, shared in
            // The tokens are sorted: this one begins with `shared` bytes of the one before.
            if shared >= dead { return }
            dead = .max
            path.removeSubrange((shared + 1)...)
            for index in shared..<bytes.count {
                guard let next = grammar.advanced(path[index], by: bytes[bytes.startIndex + index]) else {
                    dead = index + 1
                    return
                }
                path.append(next)
            }
            let end = path[bytes.count]
            guard vocabulary.spellsCharacters || !grammar.isInCharacter(end) else { return }
            if grammar.distance(end) <= left - 1 { mask[id] = true }
        }
        return mask
    }

    /// The token that was chosen, which the mask allowed.
    package mutating func accept(_ token: Int) {
        for byte in vocabulary.bytes(of: token) {
            guard let next = grammar.advanced(state, by: byte) else {
                preconditionFailure("token \(token) was not allowed")
            }
            state = next
        }
    }
}

/// The bytes of every token of a vocabulary, sorted, so that all are tried against a grammar in one pass over their common
/// beginnings.
package struct TokenBytes: Sendable {
    /// V.
    let count: Int
    /// Bytes of the longest token.
    let longest: Int
    /// Whether every byte that continues a character is a token of its own.
    let spellsCharacters: Bool
    private let sorted: [(id: Int, shared: Int)]
    private let detokenizer: Detokenizer

    /// The tokens of `detokenizer` below `count` that stand for text.
    package init(_ detokenizer: Detokenizer, count: Int) throws(ModelError) {
        let ids = detokenizer.ids.filter { (0..<count).contains($0) && !detokenizer.bytes(of: $0).isEmpty }
        let ordered = ids.map { (id: $0, bytes: Array(detokenizer.bytes(of: $0))) }
            .sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) || ($0.bytes == $1.bytes && $0.id < $1.id) }
        let singles = Set(ordered.filter { $0.bytes.count == 1 }.map { $0.bytes[0] })
        if let byte = (0x20...0x7E).map({ UInt8($0) }).first(where: { !singles.contains($0) }) {
            throw .badTokenizer(
                file: "tokenizer.json", key: "vocab",
                problem: "no token for byte \(byte) alone, so no answer can be ensured")
        }
        var before: [UInt8] = []
        var sorted: [(id: Int, shared: Int)] = []
        sorted.reserveCapacity(ordered.count)
        for (id, bytes) in ordered {
            sorted.append((id, zip(before, bytes).prefix { $0 == $1 }.count))
            before = bytes
        }
        (self.count, self.sorted, self.detokenizer) = (count, sorted, detokenizer)
        longest = ordered.map(\.bytes.count).max() ?? 0
        spellsCharacters = (0x80...0xBF).allSatisfy { singles.contains(UInt8($0)) }
    }

    /// The bytes of one token.
    func bytes(of id: Int) -> ArraySlice<UInt8> { detokenizer.bytes(of: id) }

    /// Every token with the number of bytes that it shares with the one before.
    func forEach(_ body: (Int, ArraySlice<UInt8>, Int) -> Void) {
        for (id, shared) in sorted { body(id, detokenizer.bytes(of: id), shared) }
    }
}
