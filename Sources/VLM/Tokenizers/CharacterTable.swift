/// SentencePiece's table of replacements, as it is published: a double-array trie over UTF-8 (Aoe 1989; darts-clone's
/// layout) and the replacements, each ended by a zero byte (google/sentencepiece, `normalizer.cc`).
struct CharacterTable: Sendable, Equatable {
    private let units: [UInt32]
    private let replacements: [UInt8]

    /// Reads the bytes of a `precompiled_charsmap`; nil when they contradict themselves.
    init?(_ bytes: [UInt8]) {
        guard bytes.count >= 4 else { return nil }
        let number = { (at: Int) in (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[at + $1]) << UInt32(8 * $1) } }
        let length = Int(number(0))
        guard length > 0, length % 4 == 0, 4 + length <= bytes.count else { return nil }
        units = (0..<length / 4).map { number(4 + 4 * $0) }
        replacements = Array(bytes[(4 + length)...])
    }

    /// `text` with every known character replaced, as the `tokenizers` library applies the table: characters of up to five
    /// bytes as a whole when the table knows how one begins, else scalar by scalar.
    func applied(to text: String) -> String {
        var result: [UInt8] = []
        result.reserveCapacity(text.utf8.count)
        for character in text {
            let bytes = Array(character.utf8)
            if bytes.count < 6, let whole = replacement(of: bytes) {
                result += whole
            } else {
                for scalar in character.unicodeScalars {
                    let bytes = Array(String(scalar).utf8)
                    result += replacement(of: bytes) ?? ArraySlice(bytes)
                }
            }
        }
        return String(decoding: result, as: UTF8.self)
    }

    /// The replacement of the shortest beginning of `key` that the table knows.
    private func replacement(of key: [UInt8]) -> ArraySlice<UInt8>? {
        var node = offset(units[0])
        for byte in key where byte != 0 {
            node ^= Int(byte)
            guard node < units.count, units[node] & (1 << 31 | 0xFF) == UInt32(byte) else { return nil }
            let unit = units[node]
            node ^= offset(unit)
            if unit >> 8 & 1 == 1 {
                guard node < units.count else { return nil }
                let start = Int(units[node] & (1 << 31 - 1))
                guard start < replacements.count else { return nil }
                return replacements[start...].prefix { $0 != 0 }
            }
        }
        return nil
    }

    /// The longest beginning of `text` that the table knows, and its replacement; linear in what it knows of.
    func longestReplacement(in text: ArraySlice<UInt8>) -> (length: Int, replacement: ArraySlice<UInt8>)? {
        var node = offset(units[0])
        var found: (length: Int, replacement: ArraySlice<UInt8>)?
        // No known character sequence is longer; a hostile table must not make a walk of every place.
        for (index, byte) in text.prefix(Self.longestKey).enumerated() {
            guard byte != 0 else { break }
            node ^= Int(byte)
            guard node < units.count, units[node] & (1 << 31 | 0xFF) == UInt32(byte) else { break }
            let unit = units[node]
            node ^= offset(unit)
            if unit >> 8 & 1 == 1 {
                guard node < units.count else { break }
                let start = Int(units[node] & (1 << 31 - 1))
                guard start < replacements.count else { break }
                found = (index + 1, replacements[start...].prefix { $0 != 0 })
            }
        }
        return found
    }

    private static let longestKey = 64

    private func offset(_ unit: UInt32) -> Int { Int(unit >> 10) << Int((unit & 1 << 9) >> 6) }
}
