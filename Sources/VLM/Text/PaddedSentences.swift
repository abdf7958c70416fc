import NN

/// Sentences as SigLIP's text towers want them: in the spelling of their training, with their marks, padded to one length.
struct PaddedSentences: Sendable {
    /// How a sentence is spelled before it is cut.
    enum Spelling: Equatable {
        case asGiven
        case lowerCase
        /// Lower case, without ASCII punctuation, white space folded (transformers, `SiglipTokenizer.canonicalize_text`).
        case canonical
    }

    let tokenizer: TextTokenizer
    /// The file that the tokenizer was read from.
    let fileName: String
    private let length, padding: Int
    private let padsLeft: Bool
    private let spelling: Spelling

    /// Reads the tokenizer's file and `tokenizer_config.json`; every id must lie below `vocabulary`.
    init(_ folder: ModelFolder, length: Int, vocabulary: Int) throws(ModelError) {
        tokenizer = try TextTokenizer.load(folder: folder.path)
        fileName = TextTokenizer.fileName(in: folder)
        self.length = length
        guard tokenizer.largestID < vocabulary else {
            throw .badConfiguration(
                file: folder.path + "/" + fileName, key: "model.vocab",
                problem: "ids up to \(tokenizer.largestID), but config.json says \(vocabulary)")
        }
        guard folder.has("tokenizer_config.json") else {
            (padding, padsLeft, spelling) = (try Self.padding(nil, tokenizer, folder), false, .asGiven)
            return
        }
        let file = try ConfigurationFile(folder: folder.path, name: "tokenizer_config.json")
        padding = try Self.padding(file, tokenizer, folder)
        padsLeft = try file.string("padding_side", default: "right") == "left"
        let isLowering = try file.bool("do_lower_case", default: true)
        switch try file.string("tokenizer_class", default: "") {
        case "SiglipTokenizer": spelling = isLowering ? .canonical : .asGiven
        // Google's Gemma vocabulary; SigLIP 2 was trained on lower case.
        case "GemmaTokenizer", "GemmaTokenizerFast", "Siglip2Tokenizer": spelling = .lowerCase
        default: spelling = .asGiven
        }
    }

    /// The ids of `text`, exactly as many as the tower has places. Throws for texts of no word.
    func ids(of text: String) throws(ModelError) -> [Int] {
        let ids = try tokenizer.sequence(of: spelled(text), length: length)
        guard ids.count > tokenizer.before.count + tokenizer.after.count else {
            throw .invalidText(reason: "it holds no word")
        }
        let rest = Array(repeating: padding, count: length - ids.count)
        return padsLeft ? rest + ids : ids + rest
    }

    private func spelled(_ text: String) -> String {
        switch spelling {
        case .asGiven: return text
        case .lowerCase: return text.lowercased()
        case .canonical:
            let isPunctuation = { (scalar: Unicode.Scalar) in
                scalar.isASCII && scalar.value > 0x20 && scalar.value < 0x7F && scalar.wordKind == .other
            }
            let letters = text.lowercased().unicodeScalars.filter { !isPunctuation($0) }
            return TextNormalizer.foldWhitespace(isTrimming: true).applied(
                to: String(String.UnicodeScalarView(letters)))
        }
    }

    /// The id of `pad_token`, which is a text or an object with one; else that of `tokenizer.json`'s own padding, or of
    /// SentencePiece's `<pad>` or `</s>`.
    private static func padding(
        _ file: ConfigurationFile?, _ tokenizer: TextTokenizer, _ folder: ModelFolder
    ) throws(ModelError) -> Int {
        let name = TextTokenizer.fileName(in: folder)
        let token = file?.json["pad_token"]
        if let text = token?.string ?? token?["content"]?.string {
            guard let id = tokenizer.id(of: text) else {
                throw .badConfiguration(
                    file: folder.path + "/" + name, key: "model.vocab",
                    problem: "the padding token \"\(text.prefix(60))\" is missing")
            }
            return id
        }
        guard name == TextTokenizer.jsonName else { return tokenizer.id(of: "<pad>") ?? tokenizer.id(of: "</s>") ?? 0 }
        let json = try ConfigurationFile(folder: folder.path, name: name)
        return try json.object("padding").integer("pad_id", default: 0, in: 0...tokenizer.largestID)
    }
}
