import NN

// Letters: B batch · C channels · S side of the picture · P patches · T tokens (P + 1) · D width · E projected width.

/// CLIP's vision transformer (Radford et al. 2021, section 2.4; Hugging Face `CLIPVisionTransformer`): patches and a class
/// token through blocks; the class token's output stands for the picture.
struct CLIPVision: Sendable {
    /// The numbers of `vision_config`.
    struct Configuration: Equatable, Sendable {
        var blocks: TransformerShape
        /// S, `image_size`.
        var imageSize: Int
        /// `patch_size`.
        var patchSize: Int
        /// C, `num_channels`.
        var channels: Int

        /// P.
        var patches: Int { (imageSize / patchSize) * (imageSize / patchSize) }
    }

    private let configuration: Configuration
    private let classToken: Tensor  // [D]
    private let patchEmbedding: PatchEmbedding
    private let positions: Tensor  // [T, D]
    private let preNorm, postNorm: LayerNorm
    private let blocks: [ViTBlock]

    /// Reads the tower below `weights` (`vision_model`).
    init(_ weights: Checkpoint, _ configuration: Configuration) throws(WeightsError) {
        let shape = configuration.blocks
        let embeddings = weights["embeddings"]
        self.configuration = configuration
        classToken = try embeddings.tensor("class_embedding", shape: [shape.width])
        patchEmbedding = try PatchEmbedding(
            embeddings["patch_embedding"], channels: configuration.channels, patchSize: configuration.patchSize,
            width: shape.width, hasBias: false)
        positions = try embeddings["position_embedding"].tensor(
            "weight", shape: [configuration.patches + 1, shape.width])
        preNorm = try LayerNorm(weights["pre_layrnorm"], width: shape.width, epsilon: shape.epsilon)  // sic
        postNorm = try LayerNorm(weights["post_layernorm"], width: shape.width, epsilon: shape.epsilon)
        blocks = try ViTBlock.stack(weights["encoder"]["layers"], shape)
    }

    /// pixels [B, C, S, S], normalised → pooled [B, D]. Traces `vision.hidden.0` (after the first norm) to
    /// `vision.hidden.L`, each [B·T, D].
    func encode(_ pixels: Tensor, trace: Trace? = nil) -> Tensor {
        guard trace == nil else { return pooled(pixels, trace: trace) }
        return pixels.sharedByPicture(rows: configuration.patches + 1) { pooled($0, trace: nil) }
    }

    private func pooled(_ pixels: Tensor, trace: Trace?) -> Tensor {
        let hidden = hidden(pixels, layers: blocks.count, trace: trace)
        return postNorm(hidden.gathered(rows: (0..<pixels.shape[0]).map { $0 * (configuration.patches + 1) }))
    }

    /// pixels [B, C, S, S], normalised → hidden states behind the first `layers` blocks [B·T, D], class tokens first.
    func hidden(_ pixels: Tensor, layers: Int, trace: Trace? = nil) -> Tensor {
        let batch = pixels.shape[0]
        pixels.expect(batch, configuration.channels, configuration.imageSize, configuration.imageSize)
        var hidden = preNorm(embed(patchEmbedding(pixels), batch: batch))
        trace?("vision.hidden.0", hidden)
        for (layer, block) in blocks.prefix(layers).enumerated() {
            block.apply(to: &hidden, batch: batch, isCausal: false)
            trace?("vision.hidden.\(layer + 1)", hidden)
        }
        return hidden
    }

    /// patches [B·P, D] → class token before the patches of each picture, positions added [B·T, D].
    private func embed(_ patches: Tensor, batch: Int) -> Tensor {
        let (count, width) = (configuration.patches, configuration.blocks.width)
        let sequence = positions.withValues { positions in
            classToken.withValues { token in
                Array(positions[..<width].enumerated().map { $1 + token[$0] }) + positions[width...]
            }
        }
        return Tensor(shape: [batch * (count + 1), width]) { result in
            patches.withValues { patches in
                for picture in 0..<batch {
                    let start = picture * (count + 1) * width
                    for i in 0..<width { result[start + i] = sequence[i] }
                    for i in 0..<count * width {
                        result[start + width + i] = sequence[width + i] + patches[picture * count * width + i]
                    }
                }
            }
        }
    }
}
