package import NN

// Letters: N tokens · D width · M width of the hidden layer.

/// The second half of a transformer block.
package enum FeedForward: Sendable {
    /// output(f(hidden(x))) (Vaswani et al. 2017, section 3.3).
    case plain(hidden: Linear, activation: Activation, output: Linear)
    /// output(f(gate(x)) · hidden(x)) (Shazeer 2020, "GLU Variants Improve Transformer").
    case gated(gate: Linear, activation: Activation, hidden: Linear, output: Linear)

    private static let blockLength = 256

    /// residual [N, D] += the layers over x [N, D].
    package func add(_ x: Tensor, to residual: inout Tensor) {
        switch self {
        case .plain(let hidden, let activation, let output):
            // In blocks of rows, so that the hidden layer of many rows stays in the processor's cache.
            for first in stride(from: 0, to: x.shape[0], by: Self.blockLength) {
                let rows = x.rows(first..<min(first + Self.blockLength, x.shape[0]))
                output.add(hidden(rows, activation: activation), to: &residual, from: first)
            }
        case .gated(let gate, let activation, let hidden, let output):
            var values = gate(x, activation: activation)
            values.multiply(by: hidden(x))
            output.add(values, to: &residual)
        }
    }
}
