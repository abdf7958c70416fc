public import Base
public import NN

// Letters: B batch · P patches of a picture · D projected width · T tokens of a text.

/// SigLIP 2 for pictures of any proportion ("NaFlex": Tschannen et al., "SigLIP 2: Multilingual Vision-Language Encoders",
/// 2025, section 2.4.2). Loads what Hugging Face publishes as `Siglip2Model`; SigLIP 2 at one size is ``SigLIP``.
///
///     picture → PatchProcessor (keeps the proportion, ≤ P patches) → SigLIP2Vision → L2 ┐
///                                                                                        ├ cosine
///     text → TextTokenizer, lower case, padded to T → SigLIPText (last place) → L2 ──────┘
public struct SigLIP2: PictureEncoder {
    private let configuration: Configuration
    private let vision: SigLIP2Vision
    private let text: SigLIPText
    private let processor: PatchProcessor
    private let sentences: PaddedSentences?
    /// e^`logit_scale` and `logit_bias`: a cosine c becomes the probability σ(scale · c + bias) of a match.
    public let logitScale, logitBias: Float
    /// SHA-256 over configuration, tokenizer and weights, in hexadecimal.
    public let digest: String

    /// The side of a square picture of as many patches as the processor allows.
    public var imageSize: Int { processor.sideOfSquare }
    /// D: length of every encoding.
    public var width: Int { configuration.vision.blocks.width }
    /// Pictures that go through the network together; more are split.
    public static let batchSize = 16

    /// Loads the model in `folder`; reads all weights once, to check them.
    public static func load(folder: String, precision: Precision = .fp32) throws(ModelError) -> SigLIP2 {
        try SigLIP2(ModelFolder(path: folder, precision: precision), hasTokenizer: true)
    }

    /// Loads a folder without tokenizer files, for ids that are given; ``encode(text:)`` then refuses.
    package static func loadNetwork(folder: String, precision: Precision = .fp32) throws(ModelError) -> SigLIP2 {
        try SigLIP2(ModelFolder(path: folder, precision: precision), hasTokenizer: false)
    }

    init(_ folder: ModelFolder, hasTokenizer: Bool) throws(ModelError) {
        let configuration = try Configuration(folder.configuration)
        let weights = try folder.weights
        (vision, text, logitScale, logitBias) = try ModelError.wrapping { () throws(WeightsError) in
            let vision = try SigLIP2Vision(weights["vision_model"], configuration.vision)
            let text = try SigLIPText(weights["text_model"], configuration.text)
            let scale = try weights.tensor("logit_scale", shape: [1]).values[0].exponential
            let bias = try weights.tensor("logit_bias", shape: [1]).values[0]
            try weights.finish()
            return (vision, text, scale, bias)
        }
        processor = try PatchProcessor(folder.preprocessor, patchSize: configuration.vision.patchSize)
        sentences =
            hasTokenizer
            ? try PaddedSentences(
                folder, length: configuration.text.contextLength, vocabulary: configuration.text.vocabulary) : nil
        self.configuration = configuration
        digest = try folder.digest(
            label: "alertd SigLIP 2 encoding 1", more: sentences.map { [$0.fileName] } ?? [], weights: weights)
    }

    /// The numbers of a SigLIP 2 `config.json`; what is missing takes transformers' defaults (`configuration_siglip2.py`).
    struct Configuration: Equatable, Sendable {
        var vision: SigLIP2Vision.Configuration
        var text: SigLIPText.Configuration

        /// Reads and checks `file`.
        init(_ file: ConfigurationFile) throws(ModelError) {
            let section = try file.object("vision_config")
            let (_, patchSize, channels) = try section.patches(imageSize: 4096, patchSize: 16)
            vision = SigLIP2Vision.Configuration(
                blocks: try SigLIP.Configuration.vision(section),
                places: try section.integer("num_patches", default: 256, in: 1...65536), patchSize: patchSize,
                channels: channels)
            guard vision.side * vision.side == vision.places else {
                throw section.refusal("num_patches", "\(vision.places), not a square number")
            }
            text = try SigLIP.Configuration.text(file.object("text_config"), width: vision.blocks.width)
        }
    }
}

extension SigLIP2 {
    /// Any number of pictures of any size → one L2-normalised vector [D] each, in order. Neighbours of one grid go through
    /// the network together.
    public func encode(pictures: [Picture]) -> [[Float]] {
        var encodings: [[Float]] = []
        var start = 0
        while start < pictures.count {
            let grid = processor.grid(of: pictures[start])
            let same = pictures[start...].prefix(Self.batchSize).prefix { processor.grid(of: $0) == grid }
            let patches = Tensor(joining: same.map(processor.patches))
            encodings += encode(patches: patches, rows: grid.rows, columns: grid.columns).rowArrays
            start += same.count
        }
        return encodings
    }

    /// A sentence → its L2-normalised vector [D]; beyond T tokens it is cut. Throws for texts of no word.
    public func encode(text sentence: String) throws(ModelError) -> TextEncoding {
        guard let sentences else { throw .invalidText(reason: "the model was loaded without its tokenizer") }
        return TextEncoding(text: sentence, values: encode(ids: [try sentences.ids(of: sentence)]).values)
    }

    /// The words of `text` that the vocabulary hardly knows (``TextTokenizer/unknownWords(in:)``).
    public func unknownWords(in text: String) throws(ModelError) -> [String] {
        try sentences?.tokenizer.unknownWords(in: text.lowercased()) ?? []
    }

    /// patches [B·P, p·p·3] of B pictures of one grid, normalised as the processor does → [B, D], rows of length 1.
    package func encode(patches: Tensor, rows: Int, columns: Int, trace: Trace? = nil) -> Tensor {
        let pooled = vision.encode(patches, rows: rows, columns: columns, trace: trace)
        trace?("vision.pooled", pooled)
        return pooled.normalisedRows()
    }

    /// B id sequences of T ids, padding included → [B, D], rows of length 1.
    package func encode(ids: [[Int]], trace: Trace? = nil) -> Tensor { text.encode(ids, trace: trace).normalisedRows() }
}
