public import Base
public import NN

// Letters: B batch · T tokens of a picture · D width.

/// DINOv2: pictures alone, learnt without words (Oquab et al., "DINOv2: Learning Robust Visual Features without
/// Supervision", 2023), with or without registers. Loads what Hugging Face publishes as `Dinov2Model` and
/// `Dinov2WithRegistersModel`.
///
///     picture → ImageProcessor → DINOv2Vision → class token → L2
public struct DINOv2: PictureEncoder {
    private let configuration: DINOv2Vision.Configuration
    private let vision: DINOv2Vision
    private let processor: ImageProcessor
    private let name: String
    /// SHA-256 over configuration, tokenizer and weights, in hexadecimal.
    public let digest: String

    /// Pictures are brought to this many pixels a side.
    public var imageSize: Int { processor.outputSize.map { max($0.width, $0.height) } ?? configuration.imageSize }
    /// D: length of every encoding.
    public var width: Int { configuration.blocks.width }
    /// Pictures that go through the network together; more are split.
    public static let batchSize = 16

    /// Loads the model in `folder`; reads all weights once, to check them.
    public static func load(folder: String, precision: Precision = .fp32) throws(ModelError) -> DINOv2 {
        try DINOv2(ModelFolder(path: folder, precision: precision))
    }

    init(_ folder: ModelFolder) throws(ModelError) {
        let file = try folder.configuration
        let configuration = try Self.configuration(file)
        let weights = try folder.weights
        vision = try ModelError.wrapping { () throws(WeightsError) in
            let vision = try DINOv2Vision(weights, configuration)
            try weights.finish(ignoring: ["embeddings.mask_token"])  // for training alone
            return vision
        }
        let preprocessor = try folder.preprocessor
        processor = try ImageProcessor(preprocessor, side: nil, defaults: .clip(side: configuration.imageSize))
        if let (width, height) = processor.outputSize, min(width, height) < configuration.patchSize {
            throw (preprocessor ?? file).refusal("crop_size", "\(width)×\(height), smaller than a patch")
        }
        self.configuration = configuration
        name = try file.string("model_type", default: "dinov2")
        digest = try folder.digest(label: "alertd DINOv2 encoding 1", more: [], weights: weights)
    }

    /// Reads and checks `config.json`; what is missing takes transformers' defaults (`configuration_dinov2.py`).
    private static func configuration(_ file: ConfigurationFile) throws(ModelError) -> DINOv2Vision.Configuration {
        let hasRegisters = try file.string("model_type", default: "dinov2") == "dinov2_with_registers"
        let (imageSize, patchSize, channels) = try file.patches(imageSize: 224, patchSize: hasRegisters ? 16 : 14)
        var blocks = try TransformerShape(
            file,
            defaults: TransformerShape(
                width: 768, hiddenWidth: 3072, layers: 12, heads: 12, activation: .gelu, epsilon: 1e-6))
        let isGated = try file.bool("use_swiglu_ffn", default: false)
        let hidden = blocks.width * (try file.integer("mlp_ratio", default: 4, in: 1...16))
        // A gated half keeps two thirds, rounded up to a multiple of 8.
        blocks.hiddenWidth = isGated ? (hidden * 2 / 3 + 7) / 8 * 8 : hidden
        return DINOv2Vision.Configuration(
            blocks: blocks, imageSize: imageSize, patchSize: patchSize, channels: channels,
            registers: hasRegisters ? try file.integer("num_register_tokens", default: 4, in: 0...64) : 0,
            hasAttentionBias: try file.bool("qkv_bias", default: true), isGated: isGated,
            interpolation: hasRegisters ? .cubicAntialiased : .cubic)
    }
}

extension DINOv2 {
    /// Any number of pictures of any size → one L2-normalised vector [D] each, in order.
    public func encode(pictures: [Picture]) -> [[Float]] {
        stride(from: 0, to: pictures.count, by: Self.batchSize).flatMap { start in
            let batch = Array(pictures[start..<min(start + Self.batchSize, pictures.count)])
            return pooled(hidden(of: processor.pixels(of: batch)), batch: batch.count).normalisedRows().rowArrays
        }
    }

    /// Throws ``ModelError/hasNoText(model:)``.
    public func encode(text sentence: String) throws(ModelError) -> TextEncoding { throw .hasNoText(model: name) }

    /// Throws ``ModelError/hasNoText(model:)``.
    public func unknownWords(in text: String) throws(ModelError) -> [String] { throw .hasNoText(model: name) }

    /// pixels [B, 3, height, width], whole patches, normalised as the processor does → last hidden states [B·T, D].
    package func hidden(of pixels: Tensor, trace: Trace? = nil) -> Tensor { vision.encode(pixels, trace: trace) }

    /// hidden [B·T, D] → the class tokens [B, D].
    package func pooled(_ hidden: Tensor, batch: Int) -> Tensor {
        let tokens = hidden.shape[0] / batch
        return hidden.gathered(rows: (0..<batch).map { $0 * tokens })
    }
}
