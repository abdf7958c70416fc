/// A tokenizer as a `tokenizer.json` describes it: added tokens → normalizers → words → pieces → marks around them. What
/// differs between published ones is data; the steps are those of the `tokenizers` library, in its order.
public struct TextTokenizer: Sendable {
    let rawTokens, normalizedTokens: AddedTokens
    let addedIDs: [String: Int]
    let normalizers: [TextNormalizer]
    let rules: [WordRule]
    let model: TokenModel
    /// What stands before and after every text.
    let before, after: [Int]

    /// Longest text, in UTF-8 bytes.
    public static let maximumLength = 1 << 20

    /// A tokenizer of these parts; `added` are found in a text before anything else.
    init(
        added: [AddedToken], normalizers: [TextNormalizer], rules: [WordRule], model: TokenModel, before: [Int],
        after: [Int]
    ) {
        rawTokens = AddedTokens(added.filter { !$0.isNormalized }.map { ($0.text, $0) })
        normalizedTokens = AddedTokens(
            added.filter(\.isNormalized).map { token in
                (normalizers.reduce(token.text) { $1.applied(to: $0) }, token)
            })
        addedIDs = Dictionary(added.map { ($0.text, $0.id) }) { first, _ in first }
        (self.normalizers, self.rules, self.model) = (normalizers, rules, model)
        (self.before, self.after) = (before, after)
    }

    /// The largest id that this tokenizer gives.
    public var largestID: Int { max(model.largestID, addedIDs.values.max() ?? 0) }

    /// The id of the token written `text`, added or of the vocabulary.
    public func id(of text: String) -> Int? { addedIDs[text] ?? model.id(of: text) }

    /// The tokenizer in `folder/tokenizer.json`, else in SentencePiece's own file with the marks that
    /// `tokenizer_config.json` asks for.
    package static func load(folder: String) throws(ModelError) -> TextTokenizer {
        let files = ModelFolder(path: folder)
        let name = fileName(in: files)
        if name == jsonName { return try TokenizerJSON(folder: folder).textTokenizer() }
        let file = try SentencePieceFile(path: folder + "/" + name)
        guard files.has("tokenizer_config.json") else { return try file.textTokenizer() }
        let settings = try ConfigurationFile(folder: folder, name: "tokenizer_config.json")
        // These classes end every text by themselves (transformers, `build_inputs_with_special_tokens`).
        let alwaysEnds = ["T5Tokenizer", "SiglipTokenizer"]
        let ends = try alwaysEnds.contains(settings.string("tokenizer_class", default: ""))
        let begins = try settings.bool("add_bos_token", default: false)
        return try file.textTokenizer(
            before: begins ? [settings.mark("bos_token", default: "<s>")] : [],
            after: settings.bool("add_eos_token", default: ends) ? [settings.mark("eos_token", default: "</s>")] : [])
    }

    static let jsonName = "tokenizer.json"

    /// The file that ``load(folder:)`` reads.
    static func fileName(in folder: ModelFolder) -> String {
        folder.has(jsonName) ? jsonName : SentencePieceFile.names.first(where: folder.has) ?? jsonName
    }

    /// The ids of `text` alone. Throws for texts beyond ``maximumLength``.
    public func ids(of text: String) throws(ModelError) -> [Int] {
        var steps = 0
        return try ids(of: text, steps: &steps)
    }

    /// How many characters, pieces and merges are looked at for `text`: the work, which grows with the text's length and not
    /// with its square.
    package func work(on text: String) throws(ModelError) -> Int {
        var steps = 0
        _ = try ids(of: text, steps: &steps)
        return steps
    }

    private func ids(of text: String, steps: inout Int) throws(ModelError) -> [Int] {
        guard text.utf8.count <= Self.maximumLength else {
            throw .invalidText(reason: "\(text.utf8.count) bytes, at most \(Self.maximumLength) are taken; shorten it")
        }
        var ids: [Int] = []
        let scalars = Array(text.unicodeScalars)
        for segment in rawTokens.segments(of: scalars) {
            switch segment {
            case .token(let id): ids.append(id)
            case .text(let range): ids += normalizedIDs(of: scalars[range], isFirst: range.lowerBound == 0, &steps)
            }
        }
        return ids
    }

    /// `text` between the marks that the model was trained with, cut to `length` ids by shortening the text.
    public func sequence(of text: String, length: Int) throws(ModelError) -> [Int] {
        let room = max(0, length - before.count - after.count)
        return before + (try ids(of: text)).prefix(room) + after
    }

    /// The words of `text` that the vocabulary hardly knows, in order, each once: words of letters spelled by more than one
    /// piece for every two letters, or by the unknown piece.
    public func unknownWords(in text: String) throws(ModelError) -> [String] {
        var unknown: [String] = []
        for word in text.unicodeScalars.split(whereSeparator: { $0.wordKind != .letter }) {
            let name = String(word)
            let ids = try ids(of: name)
            let isSpelled = ids.count > 1 && 2 * ids.count > word.count
            let isUnknown = ids.isEmpty || ids.contains { $0 == model.unknown }
            if isSpelled || isUnknown, !unknown.contains(name) { unknown.append(name) }
        }
        return unknown
    }

    private func normalizedIDs(
        of text: ArraySlice<Unicode.Scalar>, isFirst: Bool, _ steps: inout Int
    ) -> [Int] {
        let given = String(String.UnicodeScalarView(text))
        let clean = Array(normalizers.reduce(given) { $1.applied(to: $0) }.unicodeScalars)
        steps += clean.count
        var ids: [Int] = []
        for segment in normalizedTokens.segments(of: clean) {
            switch segment {
            case .token(let id): ids.append(id)
            case .text(let range):
                for word in words(of: clean[range], isFirst: isFirst && range.lowerBound == 0) {
                    ids += model.ids(of: word, steps: &steps)
                }
            }
        }
        return ids
    }

    private func words(of text: ArraySlice<Unicode.Scalar>, isFirst: Bool) -> [ArraySlice<Unicode.Scalar>] {
        rules.reduce([text]) { words, rule in
            words.enumerated().flatMap { rule.words(of: $1, isFirst: isFirst && $0 == 0) }
        }
    }
}
