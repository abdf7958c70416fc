public import Base
public import NN

// Letters: T tokens of a text · D width.

/// Sentence encoders on BERT, MiniLM among them (Reimers & Gurevych, "Sentence-BERT", 2019; Wang et al., "MiniLM", 2020).
/// Loads what Hugging Face publishes as a `BertModel` with the files of sentence-transformers beside it.
///
///     text → TextTokenizer (WordPiece) → BERTText → mean over tokens, or the first → L2
///
/// Immutable and shareable; every call runs on the calling thread.
public struct SentenceBERT: Sendable {
    /// How the hidden states of a text become one vector.
    private enum Pooling {
        case mean, first
    }

    private let network: BERTText
    private let pooling: Pooling
    private let tokenizer: TextTokenizer
    /// Longest text in tokens, marks included; longer ones are cut.
    public let contextLength: Int
    /// D: length of every encoding.
    public let width: Int
    /// SHA-256 over configuration, tokenizer and weights, in hexadecimal.
    public let digest: String

    /// Loads the model in `folder`; reads all weights once, to check them.
    public static func load(folder: String, precision: Precision = .fp32) throws(ModelError) -> SentenceBERT {
        try SentenceBERT(ModelFolder(path: folder, precision: precision))
    }

    init(_ folder: ModelFolder) throws(ModelError) {
        let file = try folder.configuration
        let configuration = try Self.configuration(file)
        let tokens = try TokenizerJSON(folder: folder.path)
        let tokenizer = try tokens.textTokenizer()
        guard tokenizer.largestID < configuration.vocabulary else {
            throw file.refusal(
                "vocab_size", "\(configuration.vocabulary), but the tokenizer gives ids up to \(tokenizer.largestID)")
        }
        let weights = try folder.weights
        network = try ModelError.wrapping { () throws(WeightsError) in
            let network = try BERTText(weights, configuration)
            // A head that sentence encoders leave out, and a buffer 0, 1, 2, … in older files.
            try weights.finish(ignoring: ["pooler.dense.weight", "pooler.dense.bias", "embeddings.position_ids"])
            return network
        }
        contextLength = try Self.contextLength(
            folder, configuration, marks: tokenizer.before.count + tokenizer.after.count)
        pooling = try Self.pooling(folder)
        self.tokenizer = tokenizer
        width = configuration.blocks.width
        digest = try folder.digest(label: "alertd BERT encoding 1", more: ["tokenizer.json"], weights: weights)
    }

    /// Reads and checks `config.json`; what is missing takes transformers' defaults (`configuration_bert.py`).
    private static func configuration(_ file: ConfigurationFile) throws(ModelError) -> BERTText.Configuration {
        let kind = try file.string("position_embedding_type", default: "absolute")
        guard kind == "absolute" else { throw file.refusal("position_embedding_type", "\"\(kind)\" is not supported") }
        let shape = TransformerShape(
            width: 768, hiddenWidth: 3072, layers: 12, heads: 12, activation: .gelu, epsilon: 1e-12)
        return BERTText.Configuration(
            blocks: try TransformerShape(file, defaults: shape),
            vocabulary: try file.integer("vocab_size", default: 30522, in: 3...4_000_000),
            contextLength: try file.integer("max_position_embeddings", default: 512, in: 3...65536),
            types: try file.integer("type_vocab_size", default: 2, in: 1...16))
    }

    private static func contextLength(
        _ folder: ModelFolder, _ configuration: BERTText.Configuration, marks: Int
    ) throws(ModelError) -> Int {
        let name = "sentence_bert_config.json"
        guard folder.has(name) else { return configuration.contextLength }
        return try ConfigurationFile(folder: folder.path, name: name).integer(
            "max_seq_length", default: configuration.contextLength, in: marks + 1...configuration.contextLength)
    }

    private static func pooling(_ folder: ModelFolder) throws(ModelError) -> Pooling {
        let name = "1_Pooling/config.json"
        guard folder.has(name) else { return .mean }
        let file = try ConfigurationFile(folder: folder.path, name: name)
        let isMean = try file.bool("pooling_mode_mean_tokens", default: true)
        let isFirst = try file.bool("pooling_mode_cls_token", default: false)
        guard isMean != isFirst else { throw file.refusal("pooling_mode_mean_tokens", "neither mean nor first token") }
        return isMean ? .mean : .first
    }
}

extension SentenceBERT {
    /// The ids of `text`, marks included, cut to ``contextLength``.
    package func ids(of text: String) throws(ModelError) -> [Int] {
        try tokenizer.sequence(of: text, length: contextLength)
    }

    /// A text → its L2-normalised vector [D]. Beyond ``contextLength`` it is cut. Throws for texts beyond the tokenizer's
    /// limit.
    public func encode(text: String) throws(ModelError) -> TextEncoding {
        TextEncoding(text: text, values: encode(ids: try ids(of: text)).values)
    }

    /// The ids of one text, marks included → [1, D], of length 1.
    package func encode(ids: [Int], trace: Trace? = nil) -> Tensor {
        let hidden = network.encode(ids, trace: trace)
        switch pooling {
        case .mean: return hidden.meanOfRows().normalisedRows()
        case .first: return hidden.rows(0..<1).normalisedRows()
        }
    }
}
