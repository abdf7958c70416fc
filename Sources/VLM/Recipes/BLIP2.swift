public import Base
public import NN

// Letters: B pictures · P tokens of a picture · q learned queries · D projected width · S side of the encoder's picture.

/// BLIP-2's first stage, which compares pictures and sentences (Li et al., "BLIP-2: Bootstrapping Language-Image Pre-training
/// with Frozen Image Encoders and Large Language Models", 2023, section 3.1): a picture becomes q vectors, of which the one
/// nearest to a sentence counts. What TFVTG's published figures rest on.
///
///     picture → ImageProcessor → EVAVision → norm → QFormer (queries) → vision_projection   ┐
///                                                                                           ├ cosine, best of q
///     text → TextTokenizer (WordPiece) → QFormer (text alone) → first token → text_projection → L2 ┘
///
/// Loads what Hugging Face publishes as `Blip2ForImageTextRetrieval`, and LAVIS' own weights beside a `config.json` that
/// says `"model_type": "blip-2"`. Immutable and shareable; every call runs on the calling thread.
public struct BLIP2: Sendable {
    private let vision: EVAVision
    private let visionNorm: LayerNorm
    private let queries: Tensor  // [q, width of the Q-Former]
    private let qFormer: QFormer
    private let visionProjection, textProjection: Linear
    private let processor: ImageProcessor
    private let tokenizer: TextTokenizer?
    private let textLength, vocabulary: Int
    /// S.
    public let imageSize: Int
    /// D.
    public let width: Int

    /// q: vectors of one picture.
    public var vectorsPerPicture: Int { queries.shape[0] }
    /// Longest text in tokens, marks included; longer ones are cut (TFVTG's `max_length`).
    public static let contextLength = 35

    /// Loads the model in `folder`; reads all weights once, to check them.
    public static func load(folder: String, precision: Precision = .fp32) throws(ModelError) -> BLIP2 {
        try BLIP2(
            ModelFolder(path: folder, precision: precision), tokenizer: TokenizerJSON(folder: folder).textTokenizer())
    }

    /// Loads a folder without tokenizer files, for ids that are given; ``encode(text:)`` then refuses.
    package static func loadNetwork(folder: String) throws(ModelError) -> BLIP2 {
        try BLIP2(ModelFolder(path: folder), tokenizer: nil)
    }

    init(_ folder: ModelFolder, tokenizer: TextTokenizer?) throws(ModelError) {
        let file = try folder.configuration
        let all = try folder.weights
        let layout = BLIP2Layout(all)
        let configuration = try Configuration(file, layout)
        // Added marks may stand beyond the table ("<image>"); a text that holds one is refused.
        if let largest = tokenizer?.model.largestID, largest >= configuration.text.vocabulary {
            throw file.refusal(
                "qformer_config.vocab_size",
                "\(configuration.text.vocabulary), but the tokenizer gives ids up to \(largest)")
        }
        let shape = configuration.qFormer.blocks
        let weights = layout.weights
        (vision, visionNorm, queries, qFormer, visionProjection, textProjection) = try ModelError.wrapping {
            () throws(WeightsError) in
            let visionScope = weights["vision_model"]
            let seen = configuration.vision.blocks
            let parts = (
                try EVAVision(visionScope, configuration.vision),
                try LayerNorm(visionScope["post_layernorm"], width: seen.width, epsilon: configuration.lastEpsilon),
                try weights.tensor("query_tokens", shape: [1, configuration.queries, shape.width])[0],
                try QFormer(
                    weights["qformer"], embeddings: weights["embeddings"], norm: weights["qformer"]["layernorm"],
                    configuration.qFormer),
                try Linear(weights["vision_projection"], inputs: shape.width, outputs: configuration.width),
                try Linear(weights["text_projection"], inputs: shape.width, outputs: configuration.width)
            )
            try all.finish(ignoring: BLIP2Layout.unused)
            return parts
        }
        processor = try ImageProcessor(
            folder.preprocessor, side: configuration.vision.imageSize,
            defaults: .blip(side: configuration.vision.imageSize))
        self.tokenizer = tokenizer
        textLength = min(Self.contextLength, configuration.text.contextLength)
        vocabulary = configuration.text.vocabulary
        imageSize = configuration.vision.imageSize
        width = configuration.width
    }
}

extension BLIP2 {
    /// Pictures of any size → [B, q, D], not normalised.
    public func encode(pictures: [Picture]) -> Tensor {
        let encoded = pictures.map { encode(pixels: processor.pixels(of: [$0], side: imageSize)) }
        return Tensor(joining: encoded.map { $0[0] })
            .reshaped([pictures.count, vectorsPerPicture, width])
    }

    /// A sentence → its L2-normalised vector [D]. Beyond ``contextLength`` it is cut. Throws for texts that are empty, or longer
    /// than the tokenizer takes.
    public func encode(text sentence: String) throws(ModelError) -> TextEncoding {
        guard let tokenizer else { throw .invalidText(reason: "the model was loaded without its tokenizer") }
        let ids = try tokenizer.sequence(of: sentence, length: textLength)
        guard ids.count > tokenizer.before.count + tokenizer.after.count else {
            throw .invalidText(reason: "it holds no word")
        }
        guard ids.allSatisfy({ $0 < vocabulary }) else {
            throw .invalidText(reason: "it holds a mark that the model does not read as text")
        }
        return TextEncoding(text: sentence, values: encode(ids: ids).values)
    }

    /// pixels [B, 3, S, S], normalised as the processor does → [B, q, D], not normalised. Traces `vision` and `queries`.
    package func encode(pixels: Tensor, trace: Trace? = nil) -> Tensor {
        let count = pixels.shape[0]
        let seen = visionNorm(vision.encode(pixels))
        trace?("vision", seen)
        let tokens = seen.shape[0] / max(1, count)
        let read = Tensor(
            joining: (0..<count).map { qFormer.encode(queries, on: seen.rows($0 * tokens..<($0 + 1) * tokens)) })
        trace?("queries", read)
        return visionProjection(read).reshaped([count, vectorsPerPicture, width])
    }

    /// The ids of one text, marks included → [1, D], of length 1.
    package func encode(ids: [Int]) -> Tensor { textProjection(qFormer.encode(text: ids).rows(0..<1)).normalisedRows() }
}
