// Letters: N queries · M keys · D width · E width of what is attended to · H heads.

/// Attention of one sequence on another (Vaswani et al. 2017, section 3.2.3).
public struct CrossAttention: Sendable {
    /// Projections: D to D, E to D, E to D, D to D.
    public let query, key, value, output: Linear
    /// H, a divisor of D.
    public let heads: Int

    /// Layers that end at one width D, which `heads` divides.
    public init(query: Linear, key: Linear, value: Linear, output: Linear, heads: Int) {
        precondition(heads > 0 && query.outputs % heads == 0, "\(heads) heads of width \(query.outputs)")
        precondition(key.outputs == query.outputs && value.outputs == query.outputs, "projections of different widths")
        (self.query, self.key, self.value, self.output, self.heads) = (query, key, value, output, heads)
    }

    /// residual [N, D] += attention of x [N, D] on `seen` [M, E].
    public func add(_ x: Tensor, on seen: Tensor, to residual: inout Tensor) {
        let mixed = ScaledAttention.mix(
            queries: query(x), keys: key(seen), values: value(seen), heads: heads, keyHeads: heads, isCausal: false)
        output.add(mixed, to: &residual)
    }
}
