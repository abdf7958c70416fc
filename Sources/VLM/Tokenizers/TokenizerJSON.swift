import NN

/// A Hugging Face `tokenizer.json` of the byte-pair kind. Every step that the file declares is either carried out or
/// refused by name; nothing is skipped in silence.
struct TokenizerJSON {
    private let file: ConfigurationFile

    /// Reads `folder/tokenizer.json`.
    init(folder: String) throws(ModelError) {
        file = try ConfigurationFile(folder: folder, name: "tokenizer.json")
    }

    /// The tokenizer of a CLIP model.
    func clipTokenizer() throws(ModelError) -> BytePairTokenizer {
        let model = try bytePairModel()
        try checkSplit()
        var specials = try addedTokens()
        for text in [BytePairTokenizer.clipStart, BytePairTokenizer.clipEnd] {
            if let id = model.vocabulary[text], !specials.contains(where: { $0.text == text }) {
                specials.append(.init(text: text, id: id))
            }
        }
        return try BytePairTokenizer(
            model: model, normalizers: try normalizers(), split: .clip(ignoresCase: false), specials: specials,
            start: BytePairTokenizer.clipStart, end: BytePairTokenizer.clipEnd, file: file.path)
    }

    private func bytePairModel() throws(ModelError) -> BytePairModel {
        let model = try file.object("model")
        guard try model.string("type", default: "BPE") == "BPE" else {
            throw model.refusal("type", "only BPE is supported here")
        }
        if model.has("continuing_subword_prefix"), try model.string("continuing_subword_prefix", default: "") != "" {
            throw model.refusal("continuing_subword_prefix", "not supported")
        }
        guard let entries = model.json["vocab"]?.object else { throw model.refusal("vocab", "missing or no object") }
        var vocabulary: [String: Int] = [:]
        for (piece, id) in entries {
            guard let id = id.integer else {
                throw model.refusal("vocab.\(piece.prefix(60))", "\(id.kind), expected an id")
            }
            vocabulary[piece] = id
        }
        guard let elements = model.json["merges"]?.array else { throw model.refusal("merges", "missing or no array") }
        var merges: [(left: String, right: String)] = []
        for (index, element) in elements.enumerated() {
            guard let merge = Self.merge(element) else { throw model.refusal("merges.\(index)", "not two pieces") }
            merges.append(merge)
        }
        let unknown = model.has("unk_token") ? try model.string("unk_token", default: "") : nil
        let suffix = model.has("end_of_word_suffix") ? try model.string("end_of_word_suffix", default: "") : ""
        return try BytePairModel(
            vocabulary: vocabulary, merges: merges, endOfWord: suffix, unknown: unknown, file: file.path)
    }

    /// `"a b"` or `["a", "b"]`.
    private static func merge(_ element: JSONValue) -> (left: String, right: String)? {
        let parts = element.array?.compactMap(\.string) ?? element.string?.split(separator: " ").map(String.init) ?? []
        return parts.count == 2 ? (parts[0], parts[1]) : nil
    }

    private func addedTokens() throws(ModelError) -> [BytePairTokenizer.Special] {
        guard file.has("added_tokens") else { return [] }
        guard let elements = file.json["added_tokens"]?.array else { throw file.refusal("added_tokens", "no array") }
        guard elements.count <= 1024 else {
            throw file.refusal("added_tokens", "\(elements.count), at most 1024 are taken")
        }
        var tokens: [BytePairTokenizer.Special] = []
        for (index, element) in elements.enumerated() {
            guard let text = element["content"]?.string, !text.isEmpty, let id = element["id"]?.integer,
                id >= 0, id <= Int32.max
            else { throw file.refusal("added_tokens.\(index)", "without content and id") }
            tokens.append(.init(text: text, id: id))
        }
        return tokens
    }

    private func normalizers() throws(ModelError) -> [TextNormalizer] {
        guard file.has("normalizer") else { return [] }
        let top = try file.object("normalizer")
        guard top.json["type"]?.string == "Sequence" else { return [try normalizer(top.json, "normalizer")] }
        guard let steps = top.json["normalizers"]?.array, steps.count <= 16 else {
            throw top.refusal("normalizers", "missing, no array or longer than 16")
        }
        var result: [TextNormalizer] = []
        for (index, step) in steps.enumerated() {
            result.append(try normalizer(step, "normalizer.normalizers.\(index)"))
        }
        return result
    }

    private func normalizer(_ json: JSONValue, _ key: String) throws(ModelError) -> TextNormalizer {
        switch json["type"]?.string {
        case "NFC": return .composed
        case "Lowercase": return .lowercase(knowsFinalSigma: false)
        case "Replace" where json["pattern"]?["Regex"]?.string == #"\s+"# && json["content"]?.string == " ":
            return .foldWhitespace(isTrimming: false)
        case let type: throw file.refusal(key, "step \(type ?? "(none)") as it stands there is not supported")
        }
    }

    /// CLIP's rule, with or without the special tokens in front, then bytes.
    private func checkSplit() throws(ModelError) {
        let clip = #"'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"#
        let patterns = [clip, #"<\|startoftext\|>|<\|endoftext\|>|"# + clip]
        let steps = try file.object("pre_tokenizer").json["pretokenizers"]?.array ?? []
        guard steps.count == 2, steps[0]["type"]?.string == "Split", steps[1]["type"]?.string == "ByteLevel",
            let pattern = steps[0]["pattern"]?["Regex"]?.string, patterns.contains(pattern),
            steps[0]["behavior"]?.string == "Removed", steps[0]["invert"]?.bool == true,
            steps[1]["add_prefix_space"]?.bool == false
        else { throw file.refusal("pre_tokenizer", "not the rule of CLIP's tokenizer, the only one supported") }
    }
}
