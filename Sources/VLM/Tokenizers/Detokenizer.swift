/// Turns tokens back into text: the bytes that each of them stands for. What marks structure (special tokens) stands for
/// nothing.
package struct Detokenizer: Sendable {
    private let bytes: [UInt8]
    private let places: [Int: Range<Int>]
    /// SentencePiece writes a space before every text, which is not part of it.
    private let dropsFirstSpace: Bool
    /// Ids that mark structure.
    package let specials: Set<Int>

    /// Over the bytes of each token.
    init(_ pieces: [(id: Int, bytes: [UInt8])], specials: Set<Int>, dropsFirstSpace: Bool) {
        var (bytes, places) = ([UInt8](), [Int: Range<Int>](minimumCapacity: pieces.count))
        for piece in pieces {
            places[piece.id] = bytes.count..<bytes.count + piece.bytes.count
            bytes += piece.bytes
        }
        (self.bytes, self.places, self.specials) = (bytes, places, specials)
        self.dropsFirstSpace = dropsFirstSpace
    }

    /// The ids that stand for text.
    package var ids: Dictionary<Int, Range<Int>>.Keys { places.keys }

    /// What `id` stands for inside a text; empty for special and unknown tokens.
    package func bytes(of id: Int) -> ArraySlice<UInt8> {
        guard let place = places[id], !specials.contains(id) else { return [] }
        return bytes[place]
    }

    /// The text of `ids`; bytes that are no UTF-8 become U+FFFD.
    package func text(of ids: some Sequence<Int>) -> String {
        var stream = TextStream(self)
        let text = ids.reduce(into: "") { $0 += stream.append($1) }
        return text + stream.finish()
    }

    /// The tokenizer and the detokenizer of `folder/tokenizer.json`.
    package static func load(folder: String) throws(ModelError) -> (TextTokenizer, Detokenizer) {
        let file = try TokenizerJSON(folder: folder)
        return (try file.textTokenizer(), try file.detokenizer())
    }

    fileprivate var removesLeadingSpace: Bool { dropsFirstSpace }
}

/// A text that comes token by token: gives characters as soon as all of their bytes are there.
package struct TextStream: Sendable {
    private let detokenizer: Detokenizer
    private var pending: [UInt8] = []
    private var isFirst: Bool

    /// A text that begins; with `continues` it goes on behind another, so that a first space is kept.
    package init(_ detokenizer: Detokenizer, continues: Bool = false) {
        self.detokenizer = detokenizer
        isFirst = detokenizer.removesLeadingSpace && !continues
    }

    /// What is certain of the text once `id` is added, beyond what was given before.
    package mutating func append(_ id: Int) -> String {
        var bytes = detokenizer.bytes(of: id)
        if isFirst, let first = bytes.first {
            if first == UInt8(ascii: " ") { bytes = bytes.dropFirst() }
            isFirst = false
        }
        pending += bytes
        let whole = Self.wholeLength(pending)
        defer { pending.removeFirst(whole) }
        return String(decoding: pending[..<whole], as: UTF8.self)
    }

    /// The rest: an unfinished character is U+FFFD.
    package mutating func finish() -> String {
        defer { pending = [] }
        return String(decoding: pending, as: UTF8.self)
    }

    /// How many bytes can be read without those to come: all but an unfinished character at the end.
    static func wholeLength(_ bytes: [UInt8]) -> Int {
        for back in 1...3 where back <= bytes.count {
            let byte = bytes[bytes.count - back]
            if byte & 0xC0 == 0x80 { continue }
            let length = byte < 0xC2 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : byte < 0xF5 ? 4 : 1
            return length > back ? bytes.count - back : bytes.count
        }
        return bytes.count
    }
}
