/// Windows-1252 as browsers use it: the five bytes it leaves free stand for the C1 controls of the same value.
enum CodePage1252 {
    /// The characters of the bytes 0x80 to 0x9F.
    static let high: [Unicode.Scalar] = [
        "€", "\u{81}", "‚", "ƒ", "„", "…", "†", "‡", "ˆ", "‰", "Š", "‹", "Œ", "\u{8D}", "Ž", "\u{8F}",
        "\u{90}", "‘", "’", "“", "”", "•", "–", "—", "˜", "™", "š", "›", "œ", "\u{9D}", "ž", "Ÿ",
    ]

    /// The character of `byte`.
    static func scalar(_ byte: UInt8) -> Unicode.Scalar {
        (0x80...0x9F).contains(byte) ? high[Int(byte) - 0x80] : Unicode.Scalar(byte)
    }

    /// The byte of `scalar`, or nil when the code page lacks it. U+FFFD, what a stricter decoder leaves of a byte, is
    /// written as the control SUB (1A), so that ``Mojibake`` can tell a lost byte.
    static func byte(_ scalar: Unicode.Scalar) -> UInt8? {
        if let index = high.firstIndex(of: scalar) { return UInt8(0x80 + index) }
        switch scalar.value {
        case 0x1A, 0x80...0x9F: return nil
        case 0...0xFF: return UInt8(scalar.value)
        case 0xFFFD: return 0x1A
        default: return nil
        }
    }
}
