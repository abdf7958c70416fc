internal import Foundation

/// One step of what a tokenizer does to text before it cuts words.
enum TextNormalizer: Sendable, Equatable {
    /// openai/CLIP's `basic_clean`: repair, HTML entities twice, see ``TextRepair``.
    case clipCleanUp
    /// Unicode Normalization Form C.
    case composed
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
