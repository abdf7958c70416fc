/// The regular expressions by which published byte-level tokenizers cut words, carried out by hand: each match is a word.
/// Linear in the text, whatever it holds.
enum WordPattern: Sendable, Equatable {
    /// GPT-2's (openai/gpt-2, `encoder.py`), also the rule of `ByteLevel` with `use_regex`.
    case gpt2
    /// That of cl100k_base and its descendants, which cut runs of digits after a number of them: Llama 3 three, Qwen one.
    case cl100k(digits: Int)

    /// The pattern that `expression` spells; nil for any other.
    init?(expression: String) {
        let clitics = "(?i:'s|'t|'re|'ve|'m|'ll|'d)"
        let tail = #"| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"#
        let words = #"|[^\r\n\p{L}\p{N}]?\p{L}+|"#
        switch expression {
        case #"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"#: self = .gpt2
        case clitics + words + #"\p{N}{1,3}"# + tail: self = .cl100k(digits: 3)
        case clitics + words + #"\p{N}"# + tail: self = .cl100k(digits: 1)
        default: return nil
        }
    }

    /// The words of `text`, which together are all of it.
    func words(of text: ArraySlice<Unicode.Scalar>) -> [ArraySlice<Unicode.Scalar>] {
        let kinds = text.map(\.wordKind)
        let scan = Scan(text: Array(text), kinds: kinds)
        var words: [ArraySlice<Unicode.Scalar>] = []
        var position = 0
        while position < kinds.count {
            let end =
                switch self {
                case .gpt2: scan.gpt2End(position)
                case .cl100k(let digits): scan.cl100kEnd(position, digits: digits)
                }
            words.append(text[text.startIndex + position..<text.startIndex + end])
            position = end
        }
        return words
    }
}

/// A text with the kind of each character: where a word that starts at a place ends.
private struct Scan {
    let text: [Unicode.Scalar]
    let kinds: [WordKind]

    func gpt2End(_ start: Int) -> Int {
        if let end = cliticEnd(start, ignoresCase: false) { return end }
        let first = text[start] == " " && start + 1 < kinds.count ? start + 1 : start
        if kinds[first] != .space { return runEnd(first) }
        return spaceEnd(start)
    }

    func cl100kEnd(_ start: Int, digits: Int) -> Int {
        if let end = cliticEnd(start, ignoresCase: true) { return end }
        if kinds[start] == .letter { return runEnd(start) }
        let next = start + 1 < kinds.count ? kinds[start + 1] : .space
        if kinds[start] == .number { return min(runEnd(start), start + digits) }
        if next == .letter, !isLineBreak(start) { return runEnd(start + 1) }
        if kinds[start] == .other || (text[start] == " " && next == .other) {
            var end = runEnd(kinds[start] == .other ? start : start + 1)
            while end < text.count, isLineBreak(end) { end += 1 }
            return end
        }
        let end = runEnd(start)
        if let last = (start..<end).last(where: isLineBreak) { return last + 1 }
        return spaceEnd(start)
    }

    /// White space, of which the last character is left to the word that follows, unless it is the only one.
    private func spaceEnd(_ start: Int) -> Int {
        let end = runEnd(start)
        return end == kinds.count || end == start + 1 ? end : end - 1
    }

    private func runEnd(_ start: Int) -> Int {
        var end = start + 1
        while end < kinds.count, kinds[end] == kinds[start] { end += 1 }
        return end
    }

    private func isLineBreak(_ place: Int) -> Bool { text[place] == "\r" || text[place] == "\n" }

    private func cliticEnd(_ start: Int, ignoresCase: Bool) -> Int? {
        guard text[start] == "'" else { return nil }
        for clitic in ["s", "t", "re", "ve", "m", "ll", "d"] {
            let letters = Array(clitic.unicodeScalars)
            guard start + letters.count < text.count else { continue }
            let matches = letters.indices.allSatisfy { offset in
                let found = text[start + 1 + offset]
                return found == letters[offset] || (ignoresCase && found.isCaseVariant(of: letters[offset]))
            }
            if matches { return start + 1 + letters.count }
        }
        return nil
    }
}
