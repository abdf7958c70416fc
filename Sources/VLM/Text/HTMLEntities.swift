/// HTML's character references (`&eacute;`, `&#233;`, `&#xE9;`): the 252 names of HTML 4 and the numeric forms.
struct HTMLEntities {
    /// Which references are undone.
    enum Manner {
        /// Only those with a semicolon, and names in capitals for what has no such name (`&EACUTE;`): ftfy's way.
        case strict
        /// Also the old names without a semicolon (`&amp`), and the longest name that starts a longer word: the way of
        /// HTML 5, section 13.2.5.73, and of Python's `html.unescape`.
        case lenient
    }

    private let names: [Substring: Unicode.Scalar]
    /// HTML names are at most this long, `#` and semicolon included.
    private static let longest = 34

    init() {
        var names: [Substring: Unicode.Scalar] = [:]
        let words = HTMLEntityNames.table.split(separator: " ")
        for index in stride(from: 0, to: words.count - 1, by: 2) {
            names[words[index]] = UInt32(words[index + 1], radix: 16).flatMap(Unicode.Scalar.init)
        }
        for (name, scalar) in HTMLEntityNames.capitals { names[Substring(name)] = scalar }
        self.names = names
    }

    /// `text` with its references undone once; linear in its length.
    func unescaped(_ text: [Unicode.Scalar], _ manner: Manner) -> [Unicode.Scalar] {
        guard text.contains("&") else { return text }
        var result: [Unicode.Scalar] = []
        var position = 0
        while position < text.count {
            if text[position] == "&",
                let (length, value) = reference(text[(position + 1)...].prefix(Self.longest), manner)
            {
                result += value
                position += 1 + length
            } else {
                result.append(text[position])
                position += 1
            }
        }
        return result
    }

    /// What the text behind an `&` refers to, and how much of it that takes; nil when it is no reference.
    private func reference(
        _ rest: ArraySlice<Unicode.Scalar>, _ manner: Manner
    ) -> (length: Int, value: [Unicode.Scalar])? {
        let stop = rest.firstIndex { !$0.isASCII || !($0.wordKind == .letter || $0.wordKind == .number || $0 == "#") }
        let body = rest[..<(stop ?? rest.endIndex)]
        let hasSemicolon = stop.map { rest[$0] == ";" } ?? false
        if body.first == "#" { return numeric(body.dropFirst(), hasSemicolon, manner) }
        let name = Substring(String(String.UnicodeScalarView(body)))
        if hasSemicolon, let scalar = names[name] { return (body.count + 1, [scalar]) }
        switch manner {
        case .strict:
            guard hasSemicolon, name.count > 1, name == name.uppercased() else { return nil }
            return names[Substring(name.lowercased())].map {
                (body.count + 1, Array($0.properties.uppercaseMapping.unicodeScalars))
            }
        case .lenient:
            for length in stride(from: body.count, to: 1, by: -1) {
                if let scalar = names[name.prefix(length)], isOldName(scalar) { return (length, [scalar]) }
            }
            return nil
        }
    }

    private func isOldName(_ scalar: Unicode.Scalar) -> Bool { scalar.value <= 0xFF && scalar != "'" }

    private func numeric(
        _ digits: ArraySlice<Unicode.Scalar>, _ hasSemicolon: Bool, _ manner: Manner
    ) -> (length: Int, value: [Unicode.Scalar])? {
        let isHexadecimal = digits.first == "x" || digits.first == "X"
        let all = isHexadecimal ? digits.dropFirst() : digits
        let used = all.prefix { isHexadecimal ? $0.properties.isASCIIHexDigit : ("0"..."9").contains($0) }
        let isWhole = used.count == all.count && hasSemicolon
        guard !used.isEmpty, isWhole || manner == .lenient else { return nil }
        let text = String(String.UnicodeScalarView(used))
        let length = 1 + (isHexadecimal ? 1 : 0) + used.count + (isWhole ? 1 : 0)
        return (length, Self.character(UInt32(text, radix: isHexadecimal ? 16 : 10)))
    }

    /// The character of a number; HTML 5 reads 80–9F as Windows-1252 and drops what is no character.
    private static func character(_ number: UInt32?) -> [Unicode.Scalar] {
        guard let number, number != 0, let scalar = Unicode.Scalar(number) else { return ["\u{FFFD}"] }
        switch number {
        case 0x80...0x9F: return [CodePage1252.scalar(UInt8(number))]
        case 0x0D: return ["\r"]
        case 1...8, 0x0B, 0x0E...0x1F, 0x7F, 0xFDD0...0xFDEF: return []
        default: return number & 0xFFFE == 0xFFFE ? [] : [scalar]
        }
    }
}
