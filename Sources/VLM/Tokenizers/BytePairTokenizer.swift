/// A byte-level byte-pair tokenizer: text → normalizers → words → pieces. What differs between published ones is data.
public struct BytePairTokenizer: Sendable {
    /// A token that stands for itself and is never merged.
    public struct Special: Sendable, Equatable {
        /// As it is written in a text.
        public let text: String
        /// Its id.
        public let id: Int
    }

    let model: BytePairModel
    let normalizers: [TextNormalizer]
    let split: WordSplit
    let specials: [Special]
    /// Begins every text.
    public let start: Special
    /// Ends every text.
    public let end: Special
    private let specialScalars: [[Unicode.Scalar]]

    /// Longest text, in UTF-8 bytes.
    public static let maximumLength = 65_536

    /// Refuses special tokens that are missing among `specials`.
    init(
        model: BytePairModel, normalizers: [TextNormalizer], split: WordSplit, specials: [Special], start: String,
        end: String, file: String
    ) throws(ModelError) {
        guard let start = specials.first(where: { $0.text == start }) else {
            throw .badTokenizer(file: file, key: "vocabulary \"\(start)\"", problem: "missing")
        }
        guard let end = specials.first(where: { $0.text == end }) else {
            throw .badTokenizer(file: file, key: "vocabulary \"\(end)\"", problem: "missing")
        }
        (self.start, self.end) = (start, end)
        (self.model, self.normalizers, self.split, self.specials) = (model, normalizers, split, specials)
        specialScalars = specials.map { Array($0.text.unicodeScalars) }
    }

    /// The largest id that this tokenizer gives.
    public var largestID: Int { max(model.vocabulary.values.max() ?? 0, specials.map(\.id).max() ?? 0) }

    /// The ids of `text`, without start and end. Throws for texts beyond ``maximumLength``.
    public func ids(of text: String) throws(ModelError) -> [Int] {
        try words(of: text).flatMap(ids(ofWord:))
    }

    /// Start, ids, end, cut to `length` ids of which the last is then the end (openai/CLIP, `tokenize(truncate=True)`).
    public func sequence(of text: String, length: Int) throws(ModelError) -> [Int] {
        let ids = [start.id] + (try ids(of: text)) + [end.id]
        return ids.count <= length ? ids : ids.prefix(length - 1) + [end.id]
    }

    /// The words of `text` that the vocabulary hardly knows, in order, each once: words of letters spelled by more than
    /// one piece for every two letters ("zyzzyva" as `z y zz yva` is unknown, "loitering" as `loit er ing` is not), or by
    /// the unknown piece. What such a word means, the encoder has learnt little of.
    public func unknownWords(in text: String) throws(ModelError) -> [String] {
        var unknown: [String] = []
        for word in try words(of: text) where word.allSatisfy({ $0.wordKind == .letter }) {
            let pieces = ids(ofWord: word)
            let isSpelled = pieces.count > 1 && 2 * pieces.count > word.count
            guard isSpelled || pieces.isEmpty || pieces.contains(where: specials.map(\.id).contains) else { continue }
            let name = String(String.UnicodeScalarView(word))
            if !unknown.contains(name) { unknown.append(name) }
        }
        return unknown
    }

    private func words(of text: String) throws(ModelError) -> [ArraySlice<Unicode.Scalar>] {
        guard text.utf8.count <= Self.maximumLength else {
            throw .invalidText(reason: "\(text.utf8.count) bytes, at most \(Self.maximumLength) are taken; shorten it")
        }
        let clean = normalizers.reduce(text) { $1.applied(to: $0) }
        return split.words(of: Array(clean.unicodeScalars), specials: specialScalars)
    }

    private func ids(ofWord word: ArraySlice<Unicode.Scalar>) -> [Int] {
        if let special = specialScalars.firstIndex(where: { $0.elementsEqual(word) }) { return [specials[special].id] }
        return model.pieces(of: Array(String(String.UnicodeScalarView(word)).utf8))
    }
}
