internal import Foundation

/// One step of what a tokenizer does to text before it cuts words.
enum TextNormalizer: Sendable, Equatable {
    /// openai/CLIP's `basic_clean`: repair, HTML entities twice, see ``TextRepair``.
    case clipCleanUp
    /// Unicode Normalization Forms C, D, KC and KD.
    case composed, decomposed, compatiblyComposed, compatiblyDecomposed
    /// Nonspacing marks go (general category Mn).
    case stripAccents
    /// BERT's clean-up: control characters go, white space becomes spaces (google-research/bert, `tokenization.py`).
    case bertCleanUp
    /// A space before and after every CJK ideograph (the same, `_tokenize_chinese_chars`).
    case separateIdeographs
    /// Every occurrence of a text becomes another.
    case replace(String, with: String)
    /// Runs of two spaces or more become a text.
    case replaceSpaces(with: String)
    /// A text before every text that is not empty.
    case prepend(String)
    /// White space at the ends goes.
    case trim(left: Bool, right: Bool)
    /// SentencePiece's own table.
    case table(CharacterTable)
    /// All that SentencePiece does itself.
    case sentencePiece(SentencePieceNormalizer)
    /// Runs of white space become one space each; with `isTrimming`, those at the ends go.
    case foldWhitespace(isTrimming: Bool)
    /// Full Unicode lower-casing; with `knowsFinalSigma`, Σ at a word's end becomes ς (SpecialCasing.txt), as Python does
    /// and tokenizers' `Lowercase` does not.
    case lowercase(knowsFinalSigma: Bool)

    /// `text` after this step; linear time.
    func applied(to text: String) -> String {
        switch self {
        case .clipCleanUp: TextRepair.cleanedUp(text)
        case .composed: text.precomposedStringWithCanonicalMapping
        case .decomposed: text.decomposedStringWithCanonicalMapping
        case .compatiblyComposed: text.precomposedStringWithCompatibilityMapping
        case .compatiblyDecomposed: text.decomposedStringWithCompatibilityMapping
        case .stripAccents:
            String(
                String.UnicodeScalarView(
                    text.unicodeScalars.filter { $0.properties.generalCategory != .nonspacingMark }))
        case .bertCleanUp: Self.cleaned(text)
        case .separateIdeographs: Self.separated(text)
        case .replace(let old, let new): Self.replaced(text, Array(old.unicodeScalars), Array(new.unicodeScalars))
        case .replaceSpaces(let new): Self.replacedSpaces(text, Array(new.unicodeScalars))
        case .prepend(let prefix): text.isEmpty ? text : prefix + text
        case .trim(let left, let right): Self.trimmed(text, left: left, right: right)
        case .table(let table): table.applied(to: text)
        case .sentencePiece(let normalizer): normalizer.applied(to: text)
        case .foldWhitespace(let isTrimming): Self.folded(text, isTrimming: isTrimming)
        case .lowercase(let knowsFinalSigma): Self.lowercased(text, knowsFinalSigma: knowsFinalSigma)
        }
    }

    private static func folded(_ text: String, isTrimming: Bool) -> String {
        var result = String.UnicodeScalarView()
        var hasSpace = false
        for scalar in text.unicodeScalars {
            if scalar.properties.isWhitespace {
                hasSpace = true
            } else {
                if hasSpace, !(isTrimming && result.isEmpty) { result.append(" ") }
                hasSpace = false
                result.append(scalar)
            }
        }
        if hasSpace, !isTrimming { result.append(" ") }
        return String(result)
    }

    private static func lowercased(_ text: String, knowsFinalSigma: Bool) -> String {
        let scalars = Array(text.unicodeScalars)
        var result = String.UnicodeScalarView()
        for (index, scalar) in scalars.enumerated() {
            if scalar == "Σ", knowsFinalSigma, isFinal(index, in: scalars) {
                result.append("ς")
            } else {
                result.append(contentsOf: scalar.properties.lowercaseMapping.unicodeScalars)
            }
        }
        return String(result)
    }

    /// Unicode's Final_Sigma: a cased letter before, none after, case-ignorable characters not counting. Looks at most
    /// `reach` characters to each side, which keeps hostile input linear.
    private static func isFinal(_ index: Int, in scalars: [Unicode.Scalar]) -> Bool {
        let reach = 64
        let before = scalars[max(0, index - reach)..<index].last { !$0.properties.isCaseIgnorable }
        let after = scalars[(index + 1)..<min(scalars.count, index + 1 + reach)].first {
            !$0.properties.isCaseIgnorable
        }
        return (before?.properties.isCased ?? false) && !(after?.properties.isCased ?? false)
    }
}
