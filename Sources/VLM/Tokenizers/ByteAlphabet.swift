/// GPT-2's writing of bytes as printable characters, in which byte-level vocabularies are published: printable bytes of
/// Latin-1 stand for themselves, the other 68 for U+0100 onwards (openai/gpt-2, `encoder.py`, `bytes_to_unicode`).
struct ByteAlphabet: Sendable {
    static let shared = ByteAlphabet()

    /// The character of each byte.
    let characters: [Unicode.Scalar]
    /// The bytes in the order in which CLIP's vocabulary numbers them: the printable ones first.
    let order: [UInt8]
    private let bytes: [Unicode.Scalar: UInt8]

    init() {
        let printable = [UInt8](33...126) + [UInt8](161...172) + [UInt8](174...255)
        let others = (0...255).filter { !printable.contains($0) }
        var characters = (0...255).map { Unicode.Scalar(UInt8($0)) }
        for (index, byte) in others.enumerated() {
            characters[Int(byte)] = Unicode.Scalar(UInt16(256 + index)) ?? characters[Int(byte)]
        }
        self.characters = characters
        order = printable + others.map { UInt8($0) }
        bytes = Dictionary(uniqueKeysWithValues: characters.enumerated().map { ($1, UInt8($0)) })
    }

    /// `text` in the alphabet.
    func written(_ text: some Sequence<UInt8>) -> String {
        var result = String.UnicodeScalarView()
        for byte in text { result.append(characters[Int(byte)]) }
        return String(result)
    }

    /// The bytes that `written` stands for; nil when it holds a character outside the alphabet.
    func bytes(of written: String) -> [UInt8]? {
        var result: [UInt8] = []
        for scalar in written.unicodeScalars {
            guard let byte = bytes[scalar] else { return nil }
            result.append(byte)
        }
        return result
    }
}
