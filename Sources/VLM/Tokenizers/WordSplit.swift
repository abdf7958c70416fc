/// How a tokenizer cuts clean text into the words that byte-pair merging never crosses.
enum WordSplit: Sendable, Equatable {
    /// CLIP's rule: special tokens, English clitics, runs of letters, single digits, runs of anything else but space
    /// (openai/CLIP, `simple_tokenizer.py`, `self.pat`). The original ignores case in the clitics, which after lower-casing
    /// still lets the long s (ſ) stand for s; Hugging Face's copy of the rule does not.
    case clip(ignoresCase: Bool)

    /// The words of `text` in order; spaces are left out. `specials` are found only where a word may start. Linear time.
    func words(of text: [Unicode.Scalar], specials: [[Unicode.Scalar]]) -> [ArraySlice<Unicode.Scalar>] {
        let ignoresCase =
            switch self {
            case .clip(let ignoresCase): ignoresCase
            }
        var words: [ArraySlice<Unicode.Scalar>] = []
        var position = 0
        while position < text.count {
            let end = Self.end(of: text, from: position, specials, ignoresCase)
            if end > position { words.append(text[position..<end]) }
            position = max(end, position + 1)
        }
        return words
    }

    /// Where the word that starts at `start` ends; `start` itself when a space stands there.
    private static func end(
        of text: [Unicode.Scalar], from start: Int, _ specials: [[Unicode.Scalar]], _ ignoresCase: Bool
    ) -> Int {
        for special in specials where text[start...].starts(with: special) { return start + special.count }
        if let clitic = clitics.first(where: { text[start...].startsWithClitic($0, ignoresCase) }) {
            return start + clitic.count
        }
        let kind = text[start].wordKind
        switch kind {
        case .space: return start
        case .number: return start + 1
        case .letter, .other:
            return text[start...].firstIndex { $0.wordKind != kind } ?? text.count
        }
    }

    private static let clitics = ["'s", "'t", "'re", "'ve", "'m", "'ll", "'d"].map { Array($0.unicodeScalars) }
}

/// What a character is to CLIP's rule.
enum WordKind: Sendable {
    case letter, number, space, other
}

extension Unicode.Scalar {
    var wordKind: WordKind {
        if isASCII {
            switch value {
            case 0x41...0x5A, 0x61...0x7A: return .letter
            case 0x30...0x39: return .number
            case 0x20, 0x09...0x0D: return .space
            default: return .other
            }
        }
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: return .letter
        case .decimalNumber, .letterNumber, .otherNumber: return .number
        default: return properties.isWhitespace ? .space : .other
        }
    }
}

extension ArraySlice<Unicode.Scalar> {
    fileprivate func startsWithClitic(_ clitic: [Unicode.Scalar], _ ignoresCase: Bool) -> Bool {
        guard first == "'", count >= clitic.count else { return false }
        return zip(self, clitic).allSatisfy { found, wanted in
            found == wanted || (ignoresCase && found.isCaseVariant(of: wanted))
        }
    }
}

extension Unicode.Scalar {
    func isCaseVariant(of letter: Unicode.Scalar) -> Bool {
        (self == "\u{17F}" && letter == "s") || properties.lowercaseMapping.unicodeScalars.elementsEqual([letter])
    }
}
