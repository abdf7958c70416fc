/// What SentencePiece does to a text before it looks for pieces (google/sentencepiece, `normalizer.cc`).
struct SentencePieceNormalizer: Sendable, Equatable {
    /// Replacements, longest first; none with `identity`.
    var table: CharacterTable?
    /// `add_dummy_prefix`
    var beginsWithSpace = true
    /// `remove_extra_whitespaces`: spaces at the ends go, runs become one.
    var removesExtraSpaces = true
    /// `escape_whitespaces`: a space is written `▁`.
    var marksSpaces = true

    /// `text` in the form that pieces are found in; linear time.
    func applied(to text: String) -> String {
        var result = String.UnicodeScalarView()
        let (space, mark): (Unicode.Scalar, Unicode.Scalar) = (" ", marksSpaces ? "▁" : " ")
        // At the beginning as behind a space.
        var isBehindSpace = removesExtraSpaces
        for part in table?.parts(of: text) ?? text.unicodeScalars.map({ String($0) }) {
            var scalars = Substring(part).unicodeScalars
            while isBehindSpace, scalars.first == space { scalars.removeFirst() }
            guard let last = scalars.last else { continue }
            result.append(contentsOf: scalars.map { $0 == space ? mark : $0 })
            isBehindSpace = removesExtraSpaces && last == space
        }
        while removesExtraSpaces, result.last == mark { result.removeLast() }
        guard !result.isEmpty else { return "" }
        return (beginsWithSpace ? String(mark) : "") + String(result)
    }
}

extension CharacterTable {
    /// `text` in replaced stretches and single characters, in order: at each place the longest that the table knows.
    func parts(of text: String) -> [String] {
        let bytes = Array(text.utf8)
        var parts: [String] = []
        var place = 0
        while place < bytes.count {
            if let (length, replacement) = longestReplacement(in: bytes[place...]) {
                parts.append(String(decoding: replacement, as: UTF8.self))
                place += length
            } else {
                let length = bytes[place] < 0x80 ? 1 : bytes[place] < 0xE0 ? 2 : bytes[place] < 0xF0 ? 3 : 4
                parts.append(String(decoding: bytes[place..<min(place + length, bytes.count)], as: UTF8.self))
                place += length
            }
        }
        return parts
    }
}
