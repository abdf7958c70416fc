public import Base
public import NN

// Letters: B batch · D projected width · S side of the encoder's picture.

/// CLIP: pictures and sentences in one space (Radford et al., "Learning Transferable Visual Models From Natural Language
/// Supervision", 2021). Loads what Hugging Face publishes as `CLIPModel` (transformers, `modeling_clip.py`).
///
///     picture → ImageProcessor → CLIPVision → visual_projection → L2 ┐
///                                                                    ├ cosine
///     text → BytePairTokenizer → CLIPText → text_projection → L2     ┘
///
/// Immutable and shareable; every call runs on the calling thread.
public struct CLIP: PictureEncoder {
    private let configuration: Configuration
    private let vision: CLIPVision
    private let text: CLIPText
    private let visualProjection, textProjection: Linear
    private let processor: ImageProcessor
    private let tokenizer: BytePairTokenizer?
    /// e^`logit_scale`: what cosines are multiplied by before a softmax over sentences.
    public let logitScale: Float
    /// SHA-256 over configuration, tokenizer and weights, in hexadecimal: encodings are comparable only under one digest.
    public let digest: String

    /// S: pictures are brought to S × S, so larger ones bring no more detail.
    public var imageSize: Int { configuration.vision.imageSize }
    /// D: length of every encoding.
    public var width: Int { configuration.projectionWidth }
    /// Length of a token's state in ``encode(tokensOf:)``.
    public var tokenWidth: Int { configuration.text.blocks.width }
    /// Longest text in tokens, start and end included; longer ones are cut.
    public var contextLength: Int { configuration.text.contextLength }
    /// Pictures that go through the network together; more are split.
    public static let batchSize = 16

    /// Loads the model in `folder`; reads all weights once, to check them.
    public static func load(folder: String, precision: Precision = .fp32) throws(ModelError) -> CLIP {
        let (tokenizer, files) = try BytePairTokenizer.clip(folder: folder)
        return try CLIP(ModelFolder(path: folder, precision: precision), tokenizer: tokenizer, tokenizerFiles: files)
    }

    /// Loads a folder without tokenizer files, for ids that are given; ``encode(text:)`` then refuses.
    package static func loadNetwork(folder: String, precision: Precision = .fp32) throws(ModelError) -> CLIP {
        try CLIP(ModelFolder(path: folder, precision: precision), tokenizer: nil, tokenizerFiles: [])
    }

    init(
        _ folder: ModelFolder, tokenizer: BytePairTokenizer?, tokenizerFiles: [String]
    ) throws(ModelError) {
        let file = try folder.configuration
        let configuration = try Configuration(file)
        if let tokenizer, tokenizer.largestID >= configuration.text.vocabulary {
            throw .badConfiguration(
                file: file.path, key: "text_config.vocab_size",
                problem: "\(configuration.text.vocabulary), but the tokenizer gives ids up to \(tokenizer.largestID)")
        }
        let weights = try folder.weights
        (vision, text, visualProjection, textProjection, logitScale) = try ModelError.wrapping {
            () throws(WeightsError) in try Self.towers(weights, configuration)
        }
        processor = try ImageProcessor(
            folder.preprocessor, side: configuration.vision.imageSize,
            defaults: .clip(side: configuration.vision.imageSize))
        self.configuration = configuration
        self.tokenizer = tokenizer
        digest = try folder.digest(label: "alertd CLIP encoding 1", more: tokenizerFiles, weights: weights)
    }

    private static func towers(
        _ weights: Checkpoint, _ configuration: Configuration
    ) throws(WeightsError) -> (CLIPVision, CLIPText, Linear, Linear, Float) {
        let vision = try CLIPVision(weights["vision_model"], configuration.vision)
        let text = try CLIPText(weights["text_model"], configuration.text)
        let visualProjection = try Linear(
            weights["visual_projection"], inputs: configuration.vision.blocks.width,
            outputs: configuration.projectionWidth, hasBias: false)
        let textProjection = try Linear(
            weights["text_projection"], inputs: configuration.text.blocks.width, outputs: configuration.projectionWidth,
            hasBias: false)
        let scale = try weights.tensor("logit_scale", shape: [])
        try weights.finish(ignoring: [".embeddings.position_ids"])  // a buffer 0, 1, 2, … in older files
        return (vision, text, visualProjection, textProjection, scale.values[0].exponential)
    }
}

extension CLIP {
    /// Any number of pictures of any size → one L2-normalised vector [D] each, in order.
    public func encode(pictures: [Picture]) -> [[Float]] {
        stride(from: 0, to: pictures.count, by: Self.batchSize).flatMap { start in
            let batch = Array(pictures[start..<min(start + Self.batchSize, pictures.count)])
            return encode(pixels: processor.pixels(of: batch, side: imageSize)).rowArrays
        }
    }

    /// A sentence → its L2-normalised vector [D]. Beyond ``contextLength`` it is cut, as CLIP does. Throws for texts that
    /// are empty, or longer than the tokenizer takes.
    public func encode(text sentence: String) throws(ModelError) -> TextEncoding {
        guard let tokenizer else { throw .invalidText(reason: "the model was loaded without its tokenizer") }
        let ids = try tokenizer.sequence(of: sentence, length: contextLength)
        guard ids.count > 2 else { throw .invalidText(reason: "it holds no word") }
        return TextEncoding(text: sentence, values: encode(ids: [ids]).values)
    }

    /// A sentence → one state for each of its tokens, start and end included, after the last norm and before the projection:
    /// what networks that read CLIP's words take. Throws like ``encode(text:)``.
    public func encode(tokensOf sentence: String) throws(ModelError) -> [[Float]] {
        guard let tokenizer else { throw .invalidText(reason: "the model was loaded without its tokenizer") }
        let ids = try tokenizer.sequence(of: sentence, length: contextLength)
        guard ids.count > 2 else { throw .invalidText(reason: "it holds no word") }
        return text.states(ids).rowArrays
    }

    /// The words of `text` that the vocabulary hardly knows (``BytePairTokenizer/unknownWords(in:)``), so that a command
    /// can say which words the model will not understand.
    public func unknownWords(in text: String) throws(ModelError) -> [String] {
        try tokenizer?.unknownWords(in: text) ?? []
    }

    /// pixels [B, 3, S, S], normalised as the processor does → [B, D], rows of length 1.
    package func encode(pixels: Tensor, trace: Trace? = nil) -> Tensor {
        let pooled = vision.encode(pixels, trace: trace)
        trace?("vision.pooled", pooled)
        return visualProjection(pooled).normalisedRows()
    }

    /// B id sequences, with start and end → [B, D], rows of length 1.
    package func encode(ids: [[Int]], trace: Trace? = nil) -> Tensor {
        let pooled = text.encode(ids, trace: trace)
        trace?("text.pooled", pooled)
        return textProjection(pooled).normalisedRows()
    }
}
