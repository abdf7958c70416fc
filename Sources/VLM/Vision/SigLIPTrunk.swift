import NN

// Letters: B batch · T tokens of a picture · D width.

/// What SigLIP and SigLIP 2 do with embedded patches: blocks, a last norm, and attention pooling (Zhai et al. 2023,
/// "Sigmoid Loss for Language Image Pre-Training").
struct SigLIPTrunk: Sendable {
    private let blocks: [ViTBlock]
    private let norm: LayerNorm
    private let head: AttentionPooling?

    /// Reads `encoder`, `post_layernorm` and, unless only tokens are wanted, `head` below `weights` (`vision_model`).
    init(_ weights: Checkpoint, _ shape: TransformerShape, hasHead: Bool = true) throws(WeightsError) {
        blocks = try ViTBlock.stack(weights["encoder"]["layers"], shape)
        norm = try LayerNorm(weights["post_layernorm"], width: shape.width, epsilon: shape.epsilon)
        head = hasHead ? try AttentionPooling(weights["head"], shape) : nil
    }

    /// Embedded patches [B·T, D] of B pictures of equal size → pooled [B, D].
    func encode(_ embedded: Tensor, batch: Int, trace: Trace?) -> Tensor {
        guard let head else { preconditionFailure("a trunk without a pooling head") }
        return head.pool(tokens(embedded, batch: batch, trace: trace), batch: batch)
    }

    /// How many blocks there are.
    var layers: Int { blocks.count }

    /// hidden [B·T, D] through block `layer`, in place.
    func apply(_ layer: Int, to hidden: inout Tensor, batch: Int) {
        blocks[layer].apply(to: &hidden, batch: batch, isCausal: false)
    }

    /// hidden [B·T, D] behind the last block → after the last norm.
    func last(_ hidden: Tensor) -> Tensor { norm(hidden) }

    /// Embedded patches [B·T, D] → hidden states after the last norm [B·T, D]. Traces `vision.hidden.0` … and `vision.last`.
    func tokens(_ embedded: Tensor, batch: Int, trace: Trace?) -> Tensor {
        var hidden = embedded
        trace?("vision.hidden.0", hidden)
        for layer in blocks.indices {
            apply(layer, to: &hidden, batch: batch)
            trace?("vision.hidden.\(layer + 1)", hidden)
        }
        let last = last(hidden)
        trace?("vision.last", last)
        return last
    }
}
