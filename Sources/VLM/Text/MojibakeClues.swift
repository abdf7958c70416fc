/// Which characters look wrong beside each other, after ftfy 6's table (`ftfy/badness.py`), limited to the characters of
/// Latin-1 and Windows-1252, the only ones that ``Mojibake`` takes back to bytes.
enum MojibakeClues {
    /// What a character is in the table; some are two things.
    private struct Kinds: OptionSet {
        let rawValue: Int
        static let control = Kinds(rawValue: 1 << 0)
        static let common = Kinds(rawValue: 1 << 1)
        static let bad = Kinds(rawValue: 1 << 2)
        static let law = Kinds(rawValue: 1 << 3)
        static let currency = Kinds(rawValue: 1 << 4)
        static let opening = Kinds(rawValue: 1 << 5)
        static let closing = Kinds(rawValue: 1 << 6)
        static let numeric = Kinds(rawValue: 1 << 7)
        static let upper = Kinds(rawValue: 1 << 8)
        static let lower = Kinds(rawValue: 1 << 9)

        static let symbols: Kinds = [.opening, .closing, .currency, .numeric, .law]
        static let accented: Kinds = [.upper, .lower]
    }

    private static func kinds(_ scalar: Unicode.Scalar) -> Kinds {
        switch scalar {
        case "\u{80}"..."\u{9F}": .control
        case "\u{A0}", "\u{AD}", "·", "´", "–", "—", "…", "’": .common
        case "¦", "¤", "¨", "¬", "¯", "¸", "ƒ", "ˆ", "˜", "†", "‡", "‰", "\u{FFFD}", "ª", "º": .bad
        case "¶", "§": .law
        case "¢", "£", "¥", "€": .currency
        case "¡", "«", "¿", "©", "‘", "‚", "“", "„", "•", "‹": .opening
        case "®", "»", "”", "›", "™": .closing
        case "²", "³", "¹", "±", "¼", "½", "¾", "×", "µ", "÷": .numeric
        case "À"..."Ñ", "Ø", "Ü", "Ý", "Œ", "Š", "Ÿ", "Ž": .upper
        case "ß", "à"..."ñ", "ü", "œ", "š", "ž": .lower
        default: []
        }
    }

    /// Whether some characters of `text` stand together as they do in mojibake and hardly elsewhere; linear time.
    static func areFound(in text: [Unicode.Scalar]) -> Bool {
        let kinds = text.map(kinds)
        return text.indices.contains { isClue(text, kinds, at: $0) }
    }

    private static func isClue(_ text: [Unicode.Scalar], _ kinds: [Kinds], at index: Int) -> Bool {
        let first = kinds[index]
        if first.contains(.control) { return true }
        guard index + 1 < text.count else { return false }
        let second = kinds[index + 1]
        if isPair(text[index], first, text[index + 1], second) { return true }
        if index == 0, isLead(text[0]), text[1] == " " { return true }
        guard index + 2 < text.count else { return false }
        return isTriple(text, kinds, at: index) || isArabic(text, at: index)
    }

    private static func isPair(
        _ a: Unicode.Scalar, _ first: Kinds, _ b: Unicode.Scalar, _ second: Kinds
    ) -> Bool {
        func pair(_ left: Kinds, _ right: Kinds) -> Bool {
            !first.isDisjoint(with: left) && !second.isDisjoint(with: right)
        }
        if pair([.bad, .accented, .symbols], .bad) || pair(.bad, [.accented, .symbols]) { return true }
        if pair([.lower, .closing, .currency, .numeric], .upper) { return true }
        if pair([.closing, .currency, .numeric], .lower) || pair([.lower, .closing], .currency) { return true }
        if pair(.upper, [.numeric, .law]) || pair([.currency, .numeric], .opening) { return true }
        switch a {
        case "Œ", "œ": return !(b.isASCII && b.wordKind == .letter)
        case "Â", "Ã", "Î", "Ð":
            return !second.isDisjoint(with: [.opening, .closing])
                || "€œŠš¢£Ÿž\u{A0}\u{AD}°·–—´".unicodeScalars.contains(b)
        case "×": return b == "²" || b == "³"
        case "à": return "²µ¹¼½¾".unicodeScalars.contains(b)
        default: return first.contains(.upper) && b == "°"
        }
    }

    private static func isTriple(_ text: [Unicode.Scalar], _ kinds: [Kinds], at index: Int) -> Bool {
        let (a, b, c) = (text[index], text[index + 1], text[index + 2])
        let (first, second, third) = (kinds[index], kinds[index + 1], kinds[index + 2])
        let isLatin = a.isASCII && a.properties.isLowercase
        if a.properties.isWhitespace, second.contains(.upper), third.contains(.currency) { return true }
        if !first.isDisjoint(with: [.accented, .currency, .closing]), second.contains(.opening),
            third.contains(.numeric)
        {
            return true
        }
        if !first.isDisjoint(with: [.accented, .currency, .numeric, .law]), second.contains(.closing),
            third.contains(.opening)
        {
            return true
        }
        if isLatin, second.contains(.upper), !third.isDisjoint(with: [.opening, .currency]) { return true }
        if !first.isDisjoint(with: .accented), !second.isDisjoint(with: [.opening, .closing]),
            c == "_" || c.wordKind == .letter || c.wordKind == .number
        {
            return true
        }
        return isLoneLead(text, kinds, at: index, isLatin: isLatin, b, c)
    }

    private static func isLead(_ scalar: Unicode.Scalar) -> Bool { scalar == "Ã" || scalar == "Â" }

    /// `Ã` or `Â` before a space: what is left of "à" or of a no-break space.
    private static func isLoneLead(
        _ text: [Unicode.Scalar], _ kinds: [Kinds], at index: Int, isLatin: Bool, _ b: Unicode.Scalar,
        _ c: Unicode.Scalar
    ) -> Bool {
        if isLatin, isLead(b), c == " " { return true }
        if isLatin, b.properties.isWhitespace, isLead(c), index + 3 < text.count, text[index + 3] == " " { return true }
        let mayPrecede = isLatin || ".,?!".unicodeScalars.contains(text[index]) || kinds[index].contains(.closing)
        return mayPrecede && b == "Â" && (c == " " || !kinds[index + 2].isDisjoint(with: [.opening, .closing]))
    }

    /// Two `Ø` or `Ù` pairs in a row: mojibake of Arabic.
    private static func isArabic(_ text: [Unicode.Scalar], at index: Int) -> Bool {
        guard index + 3 < text.count else { return false }
        func isArabicLead(_ scalar: Unicode.Scalar) -> Bool { scalar == "Ø" || scalar == "Ù" }
        func isTail(_ scalar: Unicode.Scalar) -> Bool {
            !kinds(scalar).isDisjoint(with: [.common, .currency, .bad, .numeric, .opening])
                || "ŸŠ®°µ»".unicodeScalars.contains(scalar)
        }
        return isArabicLead(text[index]) && isTail(text[index + 1]) && isArabicLead(text[index + 2])
            && isTail(text[index + 3])
    }

    /// Where a run of characters ends that are the bytes of UTF-8 sequences one after another; `start` when none begins
    /// there (ftfy, `UTF8_DETECTOR_RE`). A space may stand for a no-break space.
    static func endOfRun(in text: [Unicode.Scalar], from start: Int) -> Int {
        func isTail(_ scalar: Unicode.Scalar) -> Bool {
            scalar == " " || (CodePage1252.byte(scalar).map { (0x80...0xBF).contains($0) } ?? false)
                || (0x80...0x9F).contains(scalar.value)
        }
        if start > 0, isTail(text[start - 1]), !" –—‘’‚“”„•…".unicodeScalars.contains(text[start - 1]) { return start }
        var end = start
        while end < text.count {
            let length =
                switch text[end].value {
                case 0xC2...0xDF: 2
                case 0xE0...0xEF: 3
                case 0xF0, 0xF3: 4
                default: 0
                }
            guard length > 0, end + length <= text.count, text[(end + 1)..<(end + length)].allSatisfy(isTail) else {
                break
            }
            end += length
        }
        return end
    }
}
