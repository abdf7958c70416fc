// Letters: a word is a stretch of text that a tokenizer's model never looks beyond.

/// One step of how a tokenizer cuts a text into words. All take linear time.
enum WordRule: Sendable, Equatable {
    /// A published regular expression, each match and each rest a word.
    case pattern(WordPattern)
    /// A space before a word that has none (`add_prefix_space`).
    case prefixSpace
    /// Spaces become `mark`, which also begins the text; with `splits` a word begins at each.
    case spaceMark(Unicode.Scalar, prepends: SpaceMarkPlace, splits: Bool)
    /// A word ends behind each occurrence of a character.
    case endBehind(Unicode.Scalar)
    /// White space separates words and goes.
    case whitespace
    /// White space separates words and goes; each punctuation character is a word (google-research/bert, `tokenization.py`).
    case bert
    /// Runs of digits are words, or with `single` each digit.
    case digits(single: Bool)

    /// Where ``WordRule/spaceMark(_:prepends:splits:)`` puts a mark that the text has not.
    enum SpaceMarkPlace: String, Sendable {
        case always, first, never
    }

    /// The words of `word`; `isFirst` says that it begins the whole text.
    func words(of word: ArraySlice<Unicode.Scalar>, isFirst: Bool) -> [ArraySlice<Unicode.Scalar>] {
        switch self {
        case .pattern(let pattern): return pattern.words(of: word)
        case .prefixSpace: return word.first == " " ? [word] : [[" "] + word]
        case .spaceMark(let mark, let place, let splits):
            let marked = Self.marked(word, mark, prepends: place == .always || (place == .first && isFirst))
            return splits ? Self.cut(marked) { marked[$0] == mark } : [marked]
        case .endBehind(let character): return Self.cut(word) { word[$0 - 1] == character }
        case .whitespace: return word.split { $0.properties.isWhitespace }
        case .bert:
            return word.split { $0.properties.isWhitespace }.flatMap { part in
                Self.cut(part) { part[$0].isPunctuation || part[$0 - 1].isPunctuation }
            }
        case .digits(let single):
            return Self.cut(word) { place in
                let (before, here) = (word[place - 1].wordKind == .number, word[place].wordKind == .number)
                return before != here || (single && here)
            }
        }
    }

    /// `word` cut before every place, but the first, where `begins` says that a word begins.
    private static func cut(
        _ word: ArraySlice<Unicode.Scalar>, _ begins: (Int) -> Bool
    ) -> [ArraySlice<Unicode.Scalar>] {
        guard !word.isEmpty else { return [] }
        var words: [ArraySlice<Unicode.Scalar>] = []
        var start = word.startIndex
        for place in word.indices.dropFirst() where begins(place) {
            words.append(word[start..<place])
            start = place
        }
        words.append(word[start...])
        return words
    }

    private static func marked(
        _ word: ArraySlice<Unicode.Scalar>, _ mark: Unicode.Scalar, prepends: Bool
    ) -> ArraySlice<Unicode.Scalar> {
        let marked = word.map { $0 == " " ? mark : $0 }
        return prepends && marked.first != mark ? [mark] + marked : marked[...]
    }
}

extension Unicode.Scalar {
    /// Punctuation as BERT counts it: all of ASCII that is neither letter, digit, space nor control, and Unicode's P*.
    fileprivate var isPunctuation: Bool {
        switch value {
        case 33...47, 58...64, 91...96, 123...126: return true
        default: break
        }
        switch properties.generalCategory {
        case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
            .finalPunctuation, .otherPunctuation:
            return true
        default: return false
        }
    }
}
