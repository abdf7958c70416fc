public import Base
public import NN

// Letters: B batch · D projected width · S side of the encoder's picture · T tokens of a text.

/// SigLIP, and SigLIP 2 at one size: pictures and sentences in one space, trained pair by pair with a sigmoid (Zhai et al.,
/// "Sigmoid Loss for Language Image Pre-Training", 2023; Tschannen et al., "SigLIP 2", 2025). Loads what Hugging Face
/// publishes as `SiglipModel` (transformers, `modeling_siglip.py`).
///
///     picture → ImageProcessor → SigLIPVision (attention pooling) → L2 ┐
///                                                                      ├ cosine
///     text → TextTokenizer, padded to T → SigLIPText (last place) → L2 ┘
public struct SigLIP: PictureEncoder {
    private let configuration: Configuration
    private let vision: SigLIPVision
    private let text: SigLIPText
    private let processor: ImageProcessor
    private let sentences: PaddedSentences?
    /// e^`logit_scale` and `logit_bias`: a cosine c becomes the probability σ(scale · c + bias) of a match.
    public let logitScale, logitBias: Float
    /// SHA-256 over configuration, tokenizer and weights, in hexadecimal.
    public let digest: String

    /// Pictures are brought to this many pixels a side.
    public var imageSize: Int { configuration.vision.imageSize }
    /// D: length of every encoding.
    public var width: Int { configuration.vision.blocks.width }
    /// Pictures that go through the network together; more are split.
    public static let batchSize = 16

    /// Loads the model in `folder`; reads all weights once, to check them.
    public static func load(folder: String, precision: Precision = .fp32) throws(ModelError) -> SigLIP {
        try SigLIP(ModelFolder(path: folder, precision: precision), hasTokenizer: true)
    }

    /// Loads a folder without tokenizer files, for ids that are given; ``encode(text:)`` then refuses.
    package static func loadNetwork(folder: String, precision: Precision = .fp32) throws(ModelError) -> SigLIP {
        try SigLIP(ModelFolder(path: folder, precision: precision), hasTokenizer: false)
    }

    init(_ folder: ModelFolder, hasTokenizer: Bool) throws(ModelError) {
        let file = try folder.configuration
        let configuration = try Configuration(file)
        let weights = try folder.weights
        (vision, text, logitScale, logitBias) = try ModelError.wrapping { () throws(WeightsError) in
            let vision = try SigLIPVision(weights["vision_model"], configuration.vision)
            let text = try SigLIPText(weights["text_model"], configuration.text)
            let scale = try weights.tensor("logit_scale", shape: [1]).values[0].exponential
            let bias = try weights.tensor("logit_bias", shape: [1]).values[0]
            try weights.finish(ignoring: [".embeddings.position_ids"])  // a buffer 0, 1, 2, … in older files
            return (vision, text, scale, bias)
        }
        processor = try ImageProcessor(
            folder.preprocessor, side: configuration.vision.imageSize,
            defaults: .siglip(side: configuration.vision.imageSize))
        sentences =
            hasTokenizer
            ? try PaddedSentences(
                folder, length: configuration.text.contextLength, vocabulary: configuration.text.vocabulary) : nil
        self.configuration = configuration
        digest = try folder.digest(
            label: "alertd SigLIP encoding 1", more: sentences.map { [$0.fileName] } ?? [], weights: weights)
    }
}

extension SigLIP {
    /// Any number of pictures of any size → one L2-normalised vector [D] each, in order.
    public func encode(pictures: [Picture]) -> [[Float]] {
        stride(from: 0, to: pictures.count, by: Self.batchSize).flatMap { start in
            let batch = Array(pictures[start..<min(start + Self.batchSize, pictures.count)])
            return encode(pixels: processor.pixels(of: batch, side: imageSize)).rowArrays
        }
    }

    /// A sentence → its L2-normalised vector [D]; beyond T tokens it is cut. Throws for texts of no word.
    public func encode(text sentence: String) throws(ModelError) -> TextEncoding {
        guard let sentences else { throw .invalidText(reason: "the model was loaded without its tokenizer") }
        return TextEncoding(text: sentence, values: encode(ids: [try sentences.ids(of: sentence)]).values)
    }

    /// The words of `text` that the vocabulary hardly knows (``TextTokenizer/unknownWords(in:)``).
    public func unknownWords(in text: String) throws(ModelError) -> [String] {
        try sentences?.tokenizer.unknownWords(in: text) ?? []
    }

    /// pixels [B, 3, S, S], normalised as the processor does → [B, D], rows of length 1.
    package func encode(pixels: Tensor, trace: Trace? = nil) -> Tensor {
        let pooled = vision.encode(pixels, trace: trace)
        trace?("vision.pooled", pooled)
        return pooled.normalisedRows()
    }

    /// B id sequences of T ids, padding included → [B, D], rows of length 1.
    package func encode(ids: [[Int]], trace: Trace? = nil) -> Tensor { text.encode(ids, trace: trace).normalisedRows() }
}
