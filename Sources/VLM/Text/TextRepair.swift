internal import Foundation

/// The clean-up that CLIP's tokenizer does first (openai/CLIP, `basic_clean`): ftfy's repairs, then HTML entities undone
/// twice.
///
/// Of ftfy 6.3's `fix_text` this does, line by line until nothing changes: HTML entities (where no `<` stands), mojibake of
/// UTF-8 read as Latin-1 or Windows-1252 (``Mojibake``), Latin ligatures, full and half width, curly quotes, line breaks,
/// terminal escapes, control characters, Normalization Form C. It leaves out mojibake through other code pages
/// (Windows-1250, 1251, 1253, 1254, 1257, ISO 8859-2, Mac Roman, CP437), UTF-8's irregular variants, and entities beyond
/// HTML 4's 253 names. Linear in the length of the text.
enum TextRepair {
    /// ftfy repeats until nothing changes; no honest text needs more than three rounds.
    static let maximumRounds = 8

    static func cleanedUp(_ text: String) -> String {
        let entities = HTMLEntities()
        var mayUnescape = true
        let lines = text.unicodeScalars.split(separator: "\n", omittingEmptySubsequences: false).map { line in
            if line.contains("<") { mayUnescape = false }
            return repaired(Array(line), mayUnescape ? entities : nil)
        }
        var scalars = Array(lines.joined(separator: CollectionOfOne<Unicode.Scalar>("\n")))
        for _ in 0..<2 { scalars = entities.unescaped(scalars, .lenient) }
        return String(String.UnicodeScalarView(scalars))
    }

    private static func repaired(_ line: [Unicode.Scalar], _ entities: HTMLEntities?) -> [Unicode.Scalar] {
        var line = line
        for _ in 0..<maximumRounds where !line.allSatisfy(isPlain) {
            let before = line
            if let entities { line = entities.unescaped(line, .strict) }
            line = Mojibake.repaired(line)
            line = line.flatMap(simplified)
            line = withoutTerminalEscapes(line).filter { !isControl($0) }
            if !line.allSatisfy(\.isASCII) {
                line = Array(
                    String(String.UnicodeScalarView(line)).precomposedStringWithCanonicalMapping.unicodeScalars)
            }
            if line == before { break }
        }
        return line
    }

    /// Printable ASCII but `&`: no repair ever touches it.
    private static func isPlain(_ scalar: Unicode.Scalar) -> Bool {
        (0x20..<0x7F).contains(scalar.value) && scalar != "&"
    }

    /// What one character becomes: ligatures taken apart, standard width, straight quotes, `\n` for line breaks.
    private static func simplified(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        switch scalar.value {
        case 0x132, 0x133, 0x149, 0x1C4...0x1CC, 0x1F1...0x1F3, 0xFB00...0xFB06: return ligature(scalar)
        case 0xFF01..<0xFFF0: return Array(String(scalar).precomposedStringWithCompatibilityMapping.unicodeScalars)
        case 0x3000: return [" "]
        case 0x2BC, 0x2018...0x201B: return ["'"]
        case 0x201C...0x201F: return ["\""]
        case 0x0D, 0x85, 0x2028, 0x2029: return ["\n"]
        default: return [scalar]
        }
    }

    private static func ligature(_ scalar: Unicode.Scalar) -> [Unicode.Scalar] {
        switch scalar {
        case "\u{149}": ["\u{2BC}", "n"]
        case "\u{FB05}": ["\u{17F}", "t"]
        case "\u{1C4}": ["D", "\u{17D}"]
        case "\u{1C5}": ["D", "\u{17E}"]
        case "\u{1C6}": ["d", "\u{17E}"]
        default: Array(String(scalar).precomposedStringWithCompatibilityMapping.unicodeScalars)
        }
    }

    /// Without `ESC [ digits and semicolons letter`.
    private static func withoutTerminalEscapes(_ line: [Unicode.Scalar]) -> [Unicode.Scalar] {
        guard line.contains("\u{1B}") else { return line }
        var result: [Unicode.Scalar] = []
        var position = 0
        while position < line.count {
            if line[position] == "\u{1B}", position + 1 < line.count, line[position + 1] == "[" {
                var end = position + 2
                while end < line.count, line[end] == ";" || line[end].properties.generalCategory == .decimalNumber {
                    end += 1
                }
                if end < line.count, line[end].isASCII, line[end].wordKind == .letter {
                    position = end + 1
                    continue
                }
                result += line[position..<end]
                position = end
            } else {
                result.append(line[position])
                position += 1
            }
        }
        return result
    }

    /// Characters that Unicode Technical Report 20 calls unsuitable in marked-up text.
    private static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x08, 0x0B, 0x0E...0x1F, 0x7F, 0x206A...0x206F, 0xFEFF, 0xFFF9...0xFFFC: true
        default: false
        }
    }
}
