/// One scalar value: from the file, expanded, or from the environment or the command line.
struct Scalar {
    let path: String
    let place: ConfigurationProblem.Place
    /// The text after expansion.
    let text: String
    /// The text as written.
    let written: String
    /// Whether the file has it without quotation marks.
    let isPlain: Bool
    /// Whether it comes from the file.
    let isFromFile: Bool

    /// Whether a YAML reader takes the plain text for something else than a text.
    var looksLikeOtherType: Bool { isFromFile && isPlain && Self.isOtherType(written) }

    /// Whether `text` without quotation marks is a number, a boolean or nothing at all.
    static func isOtherType(_ text: String) -> Bool {
        let words: Set = ["true", "false", "yes", "no", "on", "off", "y", "n", "null", "~", ""]
        return words.contains(text.lowercased()) || number(text) != nil
    }

    /// `text` as a decimal number: no blanks, no hexadecimal, no infinity.
    static func number(_ text: String) -> Double? {
        let isDecimal = text.utf8.allSatisfy { byte in
            (48...57).contains(byte) || [43, 45, 46, 69, 101].contains(byte)  // + - . E e
        }
        guard isDecimal, text.utf8.count <= 40, let value = Double(text), value.isFinite else { return nil }
        return value
    }
}

/// What each kind of scalar accepts.
enum ScalarRules {
    static func number(_ scalar: Scalar, in range: ClosedRange<Double>) throws(Refusal) -> Double {
        try refuseQuotes(scalar, "a number")
        guard let value = Scalar.number(scalar.text) else { throw Refusal("not a number") }
        guard range.contains(value) else { throw Refusal("out of range" + Redaction.quoted(scalar.text)) }
        return value
    }

    static func integer(_ scalar: Scalar, in range: ClosedRange<Int>) throws(Refusal) -> Int {
        try refuseQuotes(scalar, "a number")
        guard let number = Scalar.number(scalar.text) else { throw Refusal("not a number") }
        guard let value = Int(exactly: number) else {
            throw Refusal("not a whole number" + Redaction.quoted(scalar.text))
        }
        guard range.contains(value) else { throw Refusal("out of range" + Redaction.quoted(scalar.text)) }
        return value
    }

    static func boolean(_ scalar: Scalar) throws(Refusal) -> Bool {
        try refuseQuotes(scalar, "a boolean")
        switch scalar.text {
        case "true", "True", "TRUE": return true
        case "false", "False", "FALSE": return false
        default: throw Refusal("not a boolean")
        }
    }

    /// Any text of this kind; what needs no further type stays a text.
    static func text(_ scalar: Scalar, _ kind: ConfigurationKind) throws(Refusal) -> String {
        let text = scalar.text
        if case .name = kind {
            guard ChosenName.isName(text) else { throw Refusal(text.isEmpty ? "empty" : "not a name") }
            return text
        }
        if scalar.looksLikeOtherType {
            throw Refusal(scalar.text.isEmpty ? "has no value" : "not a text; put it in quotation marks")
        }
        if text.isEmpty { throw Refusal("empty") }
        if text.unicodeScalars.contains(where: { $0.properties.generalCategory == .control }) {
            throw Refusal("holds a control character or a line break")
        }
        switch kind {
        case .choice(let words):
            if !words.contains(text) { throw Refusal("not one of the words") }
        case .mailAddress:
            if !AddressRules.isMail(text) { throw Refusal("not a mail address") }
        case .secret:
            if !(8...1000).contains(text.utf8.count) { throw Refusal("shorter than 8 or longer than 1000 bytes") }
        case .sentence:
            if text.allSatisfy(\.isWhitespace) { throw Refusal("blank") }
            if text.count > 500 { throw Refusal("longer than 500 characters") }
        case .path:
            if !text.hasPrefix("/") { throw Refusal("does not start with /") }
            if text.utf8.count > 4000 { throw Refusal("longer than 4000 bytes") }
        case .model:
            if !text.hasPrefix("/"), !ChosenName.isName(text) { throw Refusal("neither a name nor an absolute path") }
            if text.utf8.count > 4000 { throw Refusal("longer than 4000 bytes") }
        default: break
        }
        return text
    }

    private static func refuseQuotes(_ scalar: Scalar, _ what: String) throws(Refusal) {
        if scalar.isFromFile, !scalar.isPlain {
            throw Refusal("a text where \(what) belongs; write it without quotation marks")
        }
        if scalar.text.contains("${") { throw Refusal("${NAME} stands only for texts") }
        if scalar.text.isEmpty { throw Refusal("has no value") }
    }
}
