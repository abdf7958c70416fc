internal import FoundationEssentials
import NN

extension BytePairTokenizer {
    static let clipStart = "<|startoftext|>"
    static let clipEnd = "<|endoftext|>"
    private static let wordEnd = "</w>"

    /// The clean-up of CLIP's own tokenizer, in its order.
    private static let clipNormalizers: [TextNormalizer] = [
        .clipCleanUp, .foldWhitespace(isTrimming: true), .lowercase(knowsFinalSigma: true),
    ]

    /// The tokenizer of a CLIP folder, from the first of these that is there: `tokenizer.json`; `vocab.json` with
    /// `merges.txt`; `bpe_simple_vocab_16e6.txt` (openai/CLIP's merges, decompressed).
    package static func clip(folder: String) throws(ModelError) -> (tokenizer: BytePairTokenizer, files: [String]) {
        let exists = { name in FileManager.default.fileExists(atPath: folder + "/" + name) }
        if exists("tokenizer.json") {
            return (try TokenizerJSON(folder: folder).clipTokenizer(), ["tokenizer.json"])
        }
        if exists("vocab.json") {
            return (try clip(vocabulary: folder, merges: "merges.txt"), ["vocab.json", "merges.txt"])
        }
        let merges = "bpe_simple_vocab_16e6.txt"
        guard exists(merges) else {
            throw .unreadable(
                file: folder, reason: "no tokenizer.json, no vocab.json with merges.txt and no \(merges) in it")
        }
        return (try clip(merges: ConfigurationFile.bytes(folder + "/" + merges), file: folder + "/" + merges), [merges])
    }

    /// CLIP's published tokenizer from the lines of its merges file, of which it uses the first 48,894
    /// (openai/CLIP, `simple_tokenizer.py`, `SimpleTokenizer.__init__`).
    public static func clip(merges bytes: [UInt8], file: String) throws(ModelError) -> BytePairTokenizer {
        let merges = try mergeLines(bytes, file: file, limit: 49_152 - 256 - 2)
        let alphabet = ByteAlphabet.shared
        let letters = alphabet.order.map { String(alphabet.characters[Int($0)]) }
        let pieces = letters + letters.map { $0 + wordEnd } + merges.map { $0.left + $0.right } + [clipStart, clipEnd]
        var vocabulary: [ScalarString: Int] = [:]
        for (id, piece) in pieces.enumerated() { vocabulary[ScalarString(piece)] = id }
        let model = try BytePairModel(
            vocabulary: vocabulary, merges: merges, endOfWord: wordEnd, unknown: nil, file: file)
        return try clip(model, file: file)
    }

    private static func clip(vocabulary folder: String, merges name: String) throws(ModelError) -> BytePairTokenizer {
        let file = try ConfigurationFile(folder: folder, name: "vocab.json")
        var vocabulary: [ScalarString: Int] = [:]
        for (piece, id) in file.json.object ?? [:] {
            guard let id = id.integer else {
                throw file.refusal(String(piece.text.prefix(60)), "\(id.kind), expected an id")
            }
            vocabulary[piece] = id
        }
        let path = folder + "/" + name
        let merges = try mergeLines(ConfigurationFile.bytes(path), file: path, limit: .max)
        let model = try BytePairModel(
            vocabulary: vocabulary, merges: merges, endOfWord: wordEnd, unknown: clipEnd, file: path)
        return try clip(model, file: file.path)
    }

    private static func clip(_ model: BytePairModel, file: String) throws(ModelError) -> BytePairTokenizer {
        let specials = [clipStart, clipEnd].compactMap { text in
            model.vocabulary[ScalarString(text)].map { Special(text: text, id: $0) }
        }
        return try BytePairTokenizer(
            model: model, normalizers: clipNormalizers, split: .clip(ignoresCase: true), specials: specials,
            start: clipStart,
            end: clipEnd,
            file: file)
    }

    /// The merges of a text file, one pair a line, after an optional first line that says `#version`.
    private static func mergeLines(
        _ bytes: [UInt8], file: String, limit: Int
    ) throws(ModelError) -> [(left: String, right: String)] {
        var merges: [(left: String, right: String)] = []
        for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
            if merges.count == limit { break }
            let content = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
            let isHeading = index == 0 && String(decoding: content, as: UTF8.self).contains("#version")
            if content.isEmpty || isHeading { continue }
            let parts = content.split(separator: UInt8(ascii: " "))
            guard parts.count == 2, let left = String(validating: parts[0], as: UTF8.self),
                let right = String(validating: parts[1], as: UTF8.self)
            else {
                throw .badTokenizer(
                    file: file, key: "line \(index + 1)", problem: "not two pieces with a space between")
            }
            merges.append((left, right))
        }
        guard !merges.isEmpty else { throw .badTokenizer(file: file, key: "line 1", problem: "no merges") }
        return merges
    }
}
