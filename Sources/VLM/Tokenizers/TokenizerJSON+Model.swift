import NN

extension TokenizerJSON {
    /// The model under `model`; byte-pair vocabularies are over bytes when a step says `ByteLevel`.
    func model() throws(ModelError) -> TokenModel {
        let section = try file.object("model")
        switch try section.string("type", default: section.has("merges") ? "BPE" : "(none)") {
        case "BPE":
            if try steps("pre_tokenizer", list: "pretokenizers").contains(where: { $0.type == "ByteLevel" }) {
                return .bytePair(try bytePairModel())
            }
            return .characterPair(try characterPairModel(section))
        case "Unigram": return .unigram(try unigramModel(section))
        case "WordPiece": return .wordPiece(try wordPieceModel(section))
        case let type: throw section.refusal("type", "\"\(type.prefix(60))\" is not supported")
        }
    }

    /// A byte-level byte-pair model.
    func bytePairModel() throws(ModelError) -> BytePairModel {
        let section = try file.object("model")
        guard try section.string("type", default: "BPE") == "BPE" else {
            throw section.refusal("type", "only BPE is supported here")
        }
        try refuse("continuing_subword_prefix", in: section)
        let unknown = section.has("unk_token") ? try section.string("unk_token", default: "") : nil
        let suffix = section.has("end_of_word_suffix") ? try section.string("end_of_word_suffix", default: "") : ""
        var model = try BytePairModel(
            vocabulary: try vocabulary(section), merges: try merges(section), endOfWord: suffix, unknown: unknown,
            file: file.path)
        model.keepsWholeWords = try section.bool("ignore_merges", default: false)
        return model
    }

    private func characterPairModel(_ section: ConfigurationFile) throws(ModelError) -> CharacterPairModel {
        try refuse("continuing_subword_prefix", in: section)
        try refuse("end_of_word_suffix", in: section)
        return try CharacterPairModel(
            vocabulary: try vocabulary(section), merges: try merges(section),
            options: .init(
                unknown: section.has("unk_token") ? try section.string("unk_token", default: "") : nil,
                spellsBytes: try section.bool("byte_fallback", default: false),
                fusesUnknown: try section.bool("fuse_unk", default: false),
                keepsWholeWords: try section.bool("ignore_merges", default: false)), file: file.path)
    }

    private func unigramModel(_ section: ConfigurationFile) throws(ModelError) -> UnigramModel {
        guard let elements = section.json["vocab"]?.array else { throw section.refusal("vocab", "missing or no array") }
        var pieces: [(text: String, score: Double)] = []
        for (index, element) in elements.enumerated() {
            guard let pair = element.array, pair.count == 2, let text = pair[0].string, let score = pair[1].number
            else { throw section.refusal("vocab.\(index)", "not a piece and its score") }
            pieces.append((text, score))
        }
        let unknown =
            section.has("unk_id") ? try section.integer("unk_id", default: 0, in: 0...Int(Int32.max)) : nil
        return try UnigramModel(
            pieces: pieces, unknown: unknown, spellsBytes: try section.bool("byte_fallback", default: false),
            file: file.path)
    }

    private func wordPieceModel(_ section: ConfigurationFile) throws(ModelError) -> WordPieceModel {
        try WordPieceModel(
            vocabulary: try vocabulary(section), unknown: try section.string("unk_token", default: "[UNK]"),
            continuation: try section.string("continuing_subword_prefix", default: "##"),
            longestWord: try section.integer("max_input_chars_per_word", default: 100, in: 1...1000), file: file.path)
    }

    private func refuse(_ key: String, in section: ConfigurationFile) throws(ModelError) {
        if section.has(key), try section.string(key, default: "") != "" { throw section.refusal(key, "not supported") }
    }

    func vocabulary(_ section: ConfigurationFile) throws(ModelError) -> [ScalarString: Int] {
        guard let entries = section.json["vocab"]?.object else {
            throw section.refusal("vocab", "missing or no object")
        }
        var vocabulary: [ScalarString: Int] = [:]
        vocabulary.reserveCapacity(entries.count)
        for (piece, id) in entries {
            guard let id = id.integer, id >= 0, id <= Int(Int32.max) else {
                throw section.refusal("vocab.\(piece.text.prefix(60))", "\(id.kind), expected an id")
            }
            vocabulary[piece] = id
        }
        return vocabulary
    }

    private func merges(_ section: ConfigurationFile) throws(ModelError) -> [(left: String, right: String)] {
        guard let elements = section.json["merges"]?.array else {
            throw section.refusal("merges", "missing or no array")
        }
        var merges: [(left: String, right: String)] = []
        merges.reserveCapacity(elements.count)
        for (index, element) in elements.enumerated() {
            guard let merge = Self.merge(element) else { throw section.refusal("merges.\(index)", "not two pieces") }
            merges.append(merge)
        }
        return merges
    }

    /// `"a b"` or `["a", "b"]`.
    private static func merge(_ element: JSONValue) -> (left: String, right: String)? {
        if let pair = element.array?.compactMap(\.string) { return pair.count == 2 ? (pair[0], pair[1]) : nil }
        let parts = (element.string ?? "").utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
        return (String(Substring(parts[0])), String(Substring(parts[1])))
    }
}
