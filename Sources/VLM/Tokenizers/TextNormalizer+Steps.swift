// The longer steps of ``TextNormalizer``, each linear in the text.

extension TextNormalizer {
    static func cleaned(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if ["\t", "\n", "\r"].contains(scalar) {
                result.append(" ")
            } else if scalar.value != 0xFFFD, !isControl(scalar) {
                result.append(scalar.properties.isWhitespace ? " " : scalar)
            }
        }
        return String(result)
    }

    /// Control, format, surrogate and private characters.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .surrogate, .privateUse: true
        default: false
        }
    }

    static func separated(_ text: String) -> String {
        var result = String.UnicodeScalarView()
        for scalar in text.unicodeScalars {
            if isIdeograph(scalar.value) {
                result.append(contentsOf: [" ", scalar, " "])
            } else {
                result.append(scalar)
            }
        }
        return String(result)
    }

    /// The blocks that BERT's tokenizer takes for ideographs.
    private static func isIdeograph(_ value: UInt32) -> Bool {
        switch value {
        case 0x4E00...0x9FFF, 0x3400...0x4DBF, 0x20000...0x2A6DF, 0x2A700...0x2B73F, 0x2B740...0x2B81F,
            0x2B920...0x2CEAF, 0xF900...0xFAFF, 0x2F800...0x2FA1F:
            true
        default: false
        }
    }

    /// Occurrences from left to right, not overlapping; an empty `old` changes nothing.
    static func replaced(_ text: String, _ old: [Unicode.Scalar], _ new: [Unicode.Scalar]) -> String {
        guard let first = old.first else { return text }
        let scalars = Array(text.unicodeScalars)
        var result = String.UnicodeScalarView()
        var position = 0
        while position < scalars.count {
            if scalars[position] == first, scalars[position...].starts(with: old) {
                result.append(contentsOf: new)
                position += old.count
            } else {
                result.append(scalars[position])
                position += 1
            }
        }
        return String(result)
    }

    static func replacedSpaces(_ text: String, _ new: [Unicode.Scalar]) -> String {
        var result = String.UnicodeScalarView()
        var spaces = 0
        func flush() {
            if spaces == 1 { result.append(" ") } else if spaces > 1 { result.append(contentsOf: new) }
            spaces = 0
        }
        for scalar in text.unicodeScalars {
            if scalar == " " {
                spaces += 1
            } else {
                flush()
                result.append(scalar)
            }
        }
        flush()
        return String(result)
    }

    static func trimmed(_ text: String, left: Bool, right: Bool) -> String {
        var scalars = Substring.UnicodeScalarView(text.unicodeScalars[...])
        if left { scalars = scalars.drop { $0.properties.isWhitespace } }
        while right, let last = scalars.last, last.properties.isWhitespace { scalars.removeLast() }
        return String(Substring(scalars))
    }
}
