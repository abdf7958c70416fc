import NN

/// A vocabulary as SentencePiece itself writes it, `spiece.model` or `tokenizer.model` (google/sentencepiece,
/// `sentencepiece_model.proto`): a unigram model, or a byte-pair model over characters whose merges are all ways to put two
/// pieces together to a third, best score first.
struct SentencePieceFile {
    /// What a piece is for (`SentencePiece.Type`).
    private enum Kind: UInt64 {
        case normal = 1
        case unknown, control, userDefined, unused, byte
    }

    private struct Piece {
        var text = ""
        var score: Float = 0
        var kind = Kind.normal
    }

    private let path: String
    private var pieces: [Piece] = []
    private var algorithm: UInt64 = 1
    private var spellsBytes = false
    private var normalizer = SentencePieceNormalizer()

    /// The names under which the file is published.
    static let names = ["spiece.model", "tokenizer.model"]

    /// Longest piece, in bytes (SentencePiece trains up to 16 characters): all of its halves are looked up.
    private static let longestPiece = 256

    /// Reads the file at `path`.
    init(path: String) throws(ModelError) {
        self.path = path
        try read(ConfigurationFile.bytes(path)[...], "model") { file, field, value throws(ModelError) in
            switch (field, value) {
            case (1, .bytes(let piece)): file.pieces.append(try file.piece(piece))
            case (2, .bytes(let trainer)): try file.readTrainer(trainer)
            case (3, .bytes(let rules)): try file.readNormalizer(rules)
            default: break
            }
        }
        guard !pieces.isEmpty else { throw refusal("pieces", "none") }
    }

    /// Hands every field of the message `bytes` to `take`.
    private mutating func read(
        _ bytes: ArraySlice<UInt8>, _ name: String,
        _ take: (inout SentencePieceFile, Int, ProtobufReader.Value) throws(ModelError) -> Void
    ) throws(ModelError) {
        var reader = ProtobufReader(bytes)
        while reader.hasMore {
            guard let (field, value) = reader.next() else { throw refusal(name, "not a protocol buffer message") }
            try take(&self, field, value)
        }
    }

    private func piece(_ bytes: ArraySlice<UInt8>) throws(ModelError) -> Piece {
        var (piece, reader) = (Piece(), ProtobufReader(bytes))
        let name = "pieces.\(pieces.count)"
        while reader.hasMore {
            guard let (field, value) = reader.next() else { throw refusal(name, "not a protocol buffer message") }
            switch (field, value) {
            case (1, .bytes(let text)):
                guard let text = String(validating: text, as: UTF8.self) else { throw refusal(name, "not UTF-8") }
                piece.text = text
            case (2, .fixed32(let bits)): piece.score = Float(bitPattern: bits)
            case (3, .number(let number)):
                guard let kind = Kind(rawValue: number) else { throw refusal(name, "a piece of type \(number)") }
                piece.kind = kind
            default: break
            }
        }
        guard !piece.text.isEmpty, piece.text.utf8.count <= Self.longestPiece, piece.score.isFinite else {
            throw refusal(name, "empty, longer than \(Self.longestPiece) bytes, or a score that is not finite")
        }
        if piece.kind == .userDefined || piece.kind == .unused {
            throw refusal(name, "user-defined and unused pieces are not supported; add the model's tokenizer.json")
        }
        return piece
    }

    private mutating func readTrainer(_ bytes: ArraySlice<UInt8>) throws(ModelError) {
        try read(bytes, "trainer_spec") { file, field, value throws(ModelError) in
            switch (field, value) {
            case (3, .number(let algorithm)): file.algorithm = algorithm
            case (24, .number(let isSuffix)) where isSuffix != 0:
                throw file.refusal("trainer_spec.treat_whitespace_as_suffix", "not supported")
            case (35, .number(let spells)): file.spellsBytes = spells != 0
            default: break
            }
        }
    }

    private mutating func readNormalizer(_ bytes: ArraySlice<UInt8>) throws(ModelError) {
        try read(bytes, "normalizer_spec") { file, field, value throws(ModelError) in
            switch (field, value) {
            case (2, .bytes(let table)) where !table.isEmpty:
                guard let table = CharacterTable(Array(table)) else {
                    throw file.refusal("normalizer_spec.precompiled_charsmap", "not a table")
                }
                file.normalizer.table = table
            case (3, .number(let adds)): file.normalizer.beginsWithSpace = adds != 0
            case (4, .number(let removes)): file.normalizer.removesExtraSpaces = removes != 0
            case (5, .number(let escapes)): file.normalizer.marksSpaces = escapes != 0
            default: break
            }
        }
    }

    private func refusal(_ key: String, _ problem: String) -> ModelError {
        .badTokenizer(file: path, key: key, problem: problem)
    }
}

extension SentencePieceFile {
    /// The tokenizer; `marks` are put around every text, by name.
    func textTokenizer(before: [String] = [], after: [String] = []) throws(ModelError) -> TextTokenizer {
        var ids: [Int] = []
        for name in before + after {
            guard let id = pieces.firstIndex(where: { $0.text == name }) else {
                throw refusal("pieces", "\"\(name.prefix(60))\" is missing")
            }
            ids.append(id)
        }
        return TextTokenizer(
            added: [], normalizers: [.sentencePiece(normalizer)], rules: [], model: try model(),
            before: Array(ids.prefix(before.count)), after: Array(ids.dropFirst(before.count)))
    }

    private func model() throws(ModelError) -> TokenModel {
        let unknown = pieces.firstIndex { $0.kind == .unknown }
        switch algorithm {
        case 1:
            return .unigram(
                try UnigramModel(
                    pieces: pieces.map { ($0.text, Double($0.score)) }, unknown: unknown, spellsBytes: spellsBytes,
                    hidden: Set(pieces.indices.filter { pieces[$0].kind != .normal }), file: path))
        case 2: return .characterPair(try characterPairs(unknown: unknown))
        default: throw refusal("trainer_spec.model_type", "\(algorithm); unigram (1) and bpe (2) are supported")
        }
    }

    private func characterPairs(unknown: Int?) throws(ModelError) -> CharacterPairModel {
        var vocabulary: [ScalarString: Int] = [:]
        for (id, piece) in pieces.enumerated() {
            guard vocabulary.updateValue(id, forKey: ScalarString(piece.text)) == nil else {
                throw refusal("pieces.\(id)", "stands there already")
            }
        }
        let isNormal = { (text: String) in vocabulary[ScalarString(text)].map { pieces[$0].kind == .normal } ?? false }
        let best = pieces.indices.filter { pieces[$0].kind == .normal }.sorted {
            (-pieces[$0].score, $0) < (-pieces[$1].score, $1)
        }
        var merges: [(left: String, right: String)] = []
        for id in best {
            let scalars = Array(pieces[id].text.unicodeScalars)
            for cut in 1..<max(1, scalars.count) {
                let left = String(String.UnicodeScalarView(scalars[..<cut]))
                let right = String(String.UnicodeScalarView(scalars[cut...]))
                if isNormal(left), isNormal(right) { merges.append((left, right)) }
            }
        }
        // Control pieces and spelled bytes are found by their ids alone, never in a text: both are longer than a character.
        return try CharacterPairModel(
            vocabulary: vocabulary, merges: merges,
            options: .init(
                unknown: unknown.map { pieces[$0].text }, spellsBytes: spellsBytes, fusesUnknown: true,
                keepsWholeWords: false), file: path)
    }
}
