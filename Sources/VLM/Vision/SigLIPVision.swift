import NN

// Letters: B batch · C channels · S side of the picture · P patches ((S / p)²) · D width.

/// SigLIP's vision transformer for pictures of one size (Hugging Face `SiglipVisionTransformer`): no class token.
struct SigLIPVision: Sendable {
    /// The numbers of `vision_config`.
    struct Configuration: Equatable, Sendable {
        var blocks: TransformerShape
        /// S, `image_size`.
        var imageSize: Int
        /// p, `patch_size`.
        var patchSize: Int
        /// C, `num_channels`.
        var channels: Int

        /// P.
        var patches: Int { (imageSize / patchSize) * (imageSize / patchSize) }
    }

    private let configuration: Configuration
    private let patchEmbedding: PatchEmbedding
    private let positions: Tensor  // [P, D]
    private let trunk: SigLIPTrunk

    /// Reads the tower below `weights` (`vision_model`).
    init(_ weights: Checkpoint, _ configuration: Configuration, hasHead: Bool = true) throws(WeightsError) {
        let embeddings = weights["embeddings"]
        let width = configuration.blocks.width
        self.configuration = configuration
        patchEmbedding = try PatchEmbedding(
            embeddings["patch_embedding"], channels: configuration.channels, patchSize: configuration.patchSize,
            width: width, hasBias: true)
        positions = try embeddings["position_embedding"].tensor("weight", shape: [configuration.patches, width])
        trunk = try SigLIPTrunk(weights, configuration.blocks, hasHead: hasHead)
    }

    /// pixels [B, C, S, S], normalised → pooled [B, D].
    func encode(_ pixels: Tensor, trace: Trace? = nil) -> Tensor {
        guard trace == nil else { return trunk.encode(embedded(pixels), batch: pixels.shape[0], trace: trace) }
        return pixels.sharedByPicture(rows: configuration.patches) {
            trunk.encode(embedded($0), batch: $0.shape[0], trace: nil)
        }
    }

    /// pixels [B, C, S, S], normalised → hidden states after the last norm [B·P, D].
    func tokens(_ pixels: Tensor, trace: Trace? = nil) -> Tensor {
        trunk.tokens(embedded(pixels), batch: pixels.shape[0], trace: trace)
    }

    private func embedded(_ pixels: Tensor) -> Tensor {
        let (batch, side) = (pixels.shape[0], configuration.imageSize)
        pixels.expect(batch, configuration.channels, side, side)
        var hidden = patchEmbedding(pixels)
        hidden.add(Tensor(joining: Array(repeating: positions, count: batch)))
        return hidden
    }
}
