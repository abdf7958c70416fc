internal import CKernels

// Letters: S sequences · Q queries and T keys of a sequence · H heads · G heads of the keys (a divisor of H) · W width of a
// head.

/// softmax(scale · q kᵀ) v of several heads, without the matrix of all scores: working memory grows with T, not with Q · T.
/// Heads and sequences are shared with the team that the calling thread leads.
package struct FusedAttention: Sendable {
    /// A matrix inside a larger one: rows lie `stride` floats apart.
    package struct Rows {
        let start: UnsafePointer<Float>
        let stride: Int

        /// Rows from `start` on.
        package init(_ start: UnsafePointer<Float>, stride: Int) {
            self.start = start
            self.stride = stride
        }
    }

    let sequences, queries, keys, heads, keyHeads, headWidth: Int
    let isCausal: Bool
    let instructions: Instructions

    /// S sequences of `queries` and `keys` rows, `heads` heads of `headWidth`, of which groups share one of `keyHeads` heads
    /// of keys and values. With `isCausal` query i sees the keys 0...T − Q + i, so that the last query sees all. A model in
    /// int8 may round to bfloat16, where the processor has a matrix unit.
    package init(
        sequences: Int, queries: Int, keys: Int, heads: Int, keyHeads: Int, headWidth: Int, isCausal: Bool,
        precision: Precision = .fp32
    ) {
        self.init(
            sequences: sequences, queries: queries, keys: keys, heads: heads, keyHeads: keyHeads, headWidth: headWidth,
            isCausal: isCausal, instructions: precision == .int8 ? .best : .bestForFloats)
    }

    /// The same with given instructions.
    package init(
        sequences: Int, queries: Int, keys: Int, heads: Int, keyHeads: Int, headWidth: Int, isCausal: Bool,
        instructions: Instructions
    ) {
        precondition(keys > 0 && headWidth > 0 && (!isCausal || queries <= keys), "\(queries) queries, \(keys) keys")
        precondition(keyHeads > 0 && heads % keyHeads == 0, "\(heads) heads on \(keyHeads)")
        self.sequences = sequences
        self.queries = queries
        self.keys = keys
        self.heads = heads
        self.keyHeads = keyHeads
        self.headWidth = headWidth
        self.isCausal = isCausal
        precondition(instructions.isSupported, "\(instructions) on a processor without it")
        self.instructions = instructions
    }

    /// q [S·Q, H·W], k and v [S·T, G·W] → out [S·Q, H·W], rows `outStride` floats apart.
    package func apply(
        q: Rows, k: Rows, v: Rows, to out: UnsafeMutablePointer<Float>, stride outStride: Int, scale: Float
    ) {
        var attention = ck_attention(
            sequences: sequences, queries: queries, keys: keys, heads: heads, key_heads: keyHeads, width: headWidth,
            q: q.start, k: k.start, v: v.start, query_stride: q.stride, key_stride: k.stride, value_stride: v.stride,
            out: out,
            out_stride: outStride, scale: scale, is_causal: isCausal ? 1 : 0)
        let floats = ck_attention_scratch(instructions.code, keys, headWidth) * WorkerTeam.participants
        let scratch = AlignedBytes(count: 4 * floats)
        OperationProfile.measure(.attention) {
            ck_attend(instructions.code, &attention, scratch.values(of: Float.self))
        }
        withExtendedLifetime(scratch) {}
    }
}
