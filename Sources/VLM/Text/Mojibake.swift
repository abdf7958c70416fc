/// Undoes text that was UTF-8 and was read as Latin-1 or Windows-1252 ("schÃ¶n" for "schön"), after ftfy 6
/// (`fix_encoding`): only where the characters look wrong together (``MojibakeClues``) and the bytes behind them are
/// valid UTF-8. See ``TextRepair`` for what is left out.
enum Mojibake {
    /// `text` repaired; linear in its length.
    static func repaired(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] { repaired(text, depth: 0) }

    private static func repaired(_ text: [Unicode.Scalar], depth: Int) -> [Unicode.Scalar] {
        var text = text
        for _ in 0..<TextRepair.maximumRounds {
            guard !text.allSatisfy(\.isASCII), MojibakeClues.areFound(in: text) else { break }
            let next = decodedWhole(text) ?? decodedParts(text, depth: depth) ?? withoutControls(text)
            if next == text { break }
            text = next
        }
        return text
    }

    /// The whole text taken back to bytes and read as UTF-8; nil when one of the two fails.
    private static func decodedWhole(_ text: [Unicode.Scalar]) -> [Unicode.Scalar]? {
        if text.allSatisfy({ $0.value <= 0xFF }),
            let decoded = decoded(spacesRestored(text.map { UInt8($0.value) }))
        {
            return decoded
        }
        let bytes = text.compactMap(CodePage1252.byte)
        return bytes.count == text.count ? decoded(lostBytesReplaced(spacesRestored(bytes))) : nil
    }

    private static func decoded(_ bytes: [UInt8]) -> [Unicode.Scalar]? {
        String(validating: bytes, as: UTF8.self).map { Array($0.unicodeScalars) }
    }

    /// Repairs runs that look like UTF-8 inside a text of other characters; nil when no run changes.
    private static func decodedParts(_ text: [Unicode.Scalar], depth: Int) -> [Unicode.Scalar]? {
        guard depth < 2 else { return nil }
        var result: [Unicode.Scalar] = []
        var position = 0
        while position < text.count {
            let end = MojibakeClues.endOfRun(in: text, from: position)
            let run = Array(text[position..<max(end, position + 1)])
            let isPart = end > position && run.count < text.count && MojibakeClues.areFound(in: run)
            result += isPart ? repaired(run, depth: depth + 1) : run
            position += run.count
        }
        return result == text ? nil : result
    }

    /// C1 controls as what Windows-1252 has in their place.
    private static func withoutControls(_ text: [Unicode.Scalar]) -> [Unicode.Scalar] {
        text.map { (0x80...0x9F).contains($0.value) ? CodePage1252.scalar(UInt8($0.value)) : $0 }
    }

    /// Puts back bytes A0 (no-break space) that became a plain space inside what would be UTF-8 (ftfy,
    /// `restore_byte_a0`): after a lead byte that makes a likely character with A0. A lone `Ã` was `à` as a word of its own.
    private static func spacesRestored(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(0x20) else { return bytes }
        var result: [UInt8] = []
        var position = 0
        while position < bytes.count {
            let rest = bytes[position...].prefix(4)
            let length = lengthWithLostSpace(Array(rest))
            if length == 2, rest.first == 0xC3, isWordOfItsOwn(bytes[(position + 2)...]) {
                result += [0xC3, 0xA0, 0x20]
            } else if length > 0 {
                result += rest.prefix(length).map { $0 == 0x20 ? 0xA0 : $0 }
            } else {
                result.append(bytes[position])
            }
            position += max(length, 1)
        }
        return result
    }

    /// How many of `bytes` would be one UTF-8 sequence if their one space were A0; 0 when none (ftfy, `ALTERED_UTF8_RE`).
    private static func lengthWithLostSpace(_ bytes: [UInt8]) -> Int {
        func isTail(_ byte: UInt8) -> Bool { (0x80...0xBF).contains(byte) && byte != 0x85 && byte != 0xA0 }
        guard let lead = bytes.first, bytes.count > 1 else { return 0 }
        if [0xC2, 0xC3, 0xC5, 0xCE, 0xD0, 0xD9].contains(lead), bytes[1] == 0x20 { return 2 }
        if (0xE0...0xE3).contains(lead), bytes.count > 2 {
            if lead >= 0xE2, bytes[1] == 0x20, isTail(bytes[2]) { return 3 }
            if isTail(bytes[1]), bytes[2] == 0x20 { return 3 }
        }
        if lead == 0xF0, bytes.count > 3 {
            let spaces = bytes[1...3].filter { $0 == 0x20 }.count
            if spaces == 1, bytes[1...3].allSatisfy({ $0 == 0x20 || (0x80...0xBF).contains($0) }) { return 4 }
        }
        return 0
    }

    /// Not followed by another space or by what makes a Portuguese contraction ("à" + "quela"; ftfy, `A_GRAVE_WORD_RE`).
    private static func isWordOfItsOwn(_ rest: ArraySlice<UInt8>) -> Bool {
        ![" ", "quele", "quela", "quilo", "s "].contains { rest.starts(with: $0.utf8) }
    }

    /// Replaces sequences that hold a lost byte (1A) by U+FFFD (ftfy, `replace_lossy_sequences`).
    private static func lostBytesReplaced(_ bytes: [UInt8]) -> [UInt8] {
        guard bytes.contains(0x1A) || bytes.contains(UInt8(ascii: "?")) else { return bytes }
        var result: [UInt8] = []
        var position = 0
        while position < bytes.count {
            let length = lengthWithLostByte(Array(bytes[position...].prefix(4)))
            result += length > 0 ? [0xEF, 0xBF, 0xBD] : [bytes[position]]
            position += max(length, 1)
        }
        return result
    }

    private static func lengthWithLostByte(_ bytes: [UInt8]) -> Int {
        guard let lead = bytes.first else { return 0 }
        let length: Int
        switch lead {
        case 0x1A: return 1
        case 0xC2...0xDF: length = 2
        case 0xE0...0xEF: length = 3
        case 0xF0...0xF4: length = 4
        default: return 0
        }
        guard bytes.count >= length else { return 0 }
        let tail = bytes[1..<length]
        let questions = tail.filter { $0 == UInt8(ascii: "?") }.count
        let lost = tail.filter { $0 == 0x1A }.count
        guard tail.allSatisfy({ (0x80...0xBF).contains($0) || $0 == 0x1A || $0 == UInt8(ascii: "?") }) else { return 0 }
        if length == 2, questions == 1, lead > 0xC3 { return 0 }
        return lost + questions > 0 && questions <= 1 ? length : 0
    }
}
