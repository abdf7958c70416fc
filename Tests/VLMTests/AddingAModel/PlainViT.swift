import Base
import NN
import VLM

// Letters: B batch · S side of the picture · P patches of it · T tokens (1 + P) · D width.

/// The first vision transformer (Dosovitskiy et al., "An Image is Worth 16x16 Words", 2021). Loads what Hugging Face
/// publishes as `ViTModel` (transformers, `modeling_vit.py`).
///
///     picture → ImageProcessor → patches, class token, positions → ViTBlock × L → norm → class token → L2
struct PlainViT: PictureEncoder {
    private let classToken: Tensor  // [1, D]
    private let positions: Tensor  // [T, D]
    private let patches: PatchEmbedding
    private let blocks: [ViTBlock]
    private let norm: LayerNorm
    private let processor: ImageProcessor
    let imageSize, width: Int
    let digest: String

    static func load(folder path: String) throws(ModelError) -> PlainViT { try PlainViT(ModelFolder(path: path)) }

    private init(_ folder: ModelFolder) throws(ModelError) {
        // 1. The configuration: every number checked, what is missing as in transformers' `configuration_vit.py`.
        let file = try folder.configuration
        let (imageSize, patchSize, channels) = try file.patches(imageSize: 224, patchSize: 16)
        let shape = try TransformerShape(
            file,
            defaults: TransformerShape(
                width: 768, hiddenWidth: 3072, layers: 12, heads: 12, activation: .gelu, epsilon: 1e-12))
        // 2. The weights, under the publisher's keys. `finish` names what nobody asked for.
        let weights = try folder.weights
        do throws(WeightsError) {
            let embeddings = weights["embeddings"]
            let count = (imageSize / patchSize) * (imageSize / patchSize)
            classToken = try embeddings.tensor("cls_token", shape: [1, 1, shape.width])[0]
            positions = try embeddings.tensor("position_embeddings", shape: [1, count + 1, shape.width])[0]
            patches = try PatchEmbedding(
                embeddings["patch_embeddings"]["projection"], channels: channels, patchSize: patchSize,
                width: shape.width, hasBias: true)
            var blocks: [ViTBlock] = []
            for layer in 0..<shape.layers { blocks.append(try Self.block(weights["encoder"]["layer"][layer], shape)) }
            self.blocks = blocks
            norm = try LayerNorm(weights["layernorm"], width: shape.width, epsilon: shape.epsilon)
            try weights.finish(ignoring: ["pooler.dense.weight", "pooler.dense.bias"])
        } catch { throw .weights(error) }
        // 3. Preprocessing as `preprocessor_config.json` says; halves are this class's defaults too.
        processor = try ImageProcessor(folder.preprocessor, side: imageSize, defaults: .siglip(side: imageSize))
        (self.imageSize, width) = (imageSize, shape.width)
        digest = try folder.digest(label: "alertd ViT encoding 1", more: [], weights: weights)
    }

    private static func block(_ weights: Checkpoint, _ shape: TransformerShape) throws(WeightsError) -> ViTBlock {
        let width = shape.width
        let heads = weights["attention"]["attention"]
        return ViTBlock(
            norm1: try LayerNorm(weights["layernorm_before"], width: width, epsilon: shape.epsilon),
            attention: MultiHeadAttention(
                query: try Linear(heads["query"], inputs: width, outputs: width),
                key: try Linear(heads["key"], inputs: width, outputs: width),
                value: try Linear(heads["value"], inputs: width, outputs: width),
                output: try Linear(weights["attention"]["output"]["dense"], inputs: width, outputs: width),
                heads: shape.heads),
            norm2: try LayerNorm(weights["layernorm_after"], width: width, epsilon: shape.epsilon),
            feedForward: .plain(
                hidden: try Linear(weights["intermediate"]["dense"], inputs: width, outputs: shape.hiddenWidth),
                activation: shape.activation,
                output: try Linear(weights["output"]["dense"], inputs: shape.hiddenWidth, outputs: width)))
    }

    /// pixels [B, 3, S, S], normalised → the class tokens after the last norm [B, D].
    func pooled(_ pixels: Tensor) -> Tensor {
        let batch = pixels.shape[0]
        let embedded = patches(pixels)
        let count = embedded.shape[0] / batch
        var hidden = Tensor(
            joining: (0..<batch).map { picture in
                var tokens = Tensor(joining: [classToken, embedded.rows(picture * count..<(picture + 1) * count)])
                tokens.add(positions)
                return tokens
            })
        for block in blocks { block.apply(to: &hidden, batch: batch, isCausal: false) }
        return norm(hidden.gathered(rows: (0..<batch).map { $0 * (count + 1) }))
    }

    func encode(pictures: [Picture]) -> [[Float]] {
        pooled(processor.pixels(of: pictures, side: imageSize)).normalisedRows().rowArrays
    }

    func encode(text sentence: String) throws(ModelError) -> TextEncoding { throw .hasNoText(model: "vit") }

    func unknownWords(in text: String) throws(ModelError) -> [String] { throw .hasNoText(model: "vit") }
}
