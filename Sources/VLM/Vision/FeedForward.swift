import NN

// Letters: N tokens · D width · M width of the hidden layer.

/// The second half of a transformer block.
enum FeedForward: Sendable {
    /// output(f(hidden(x))) (Vaswani et al. 2017, section 3.3).
    case plain(hidden: Linear, activation: Activation, output: Linear)
    /// output(f(gate(x)) · hidden(x)) (Shazeer 2020, "GLU Variants Improve Transformer").
    case gated(gate: Linear, activation: Activation, hidden: Linear, output: Linear)

    /// residual [N, D] += the layers over x [N, D].
    func add(_ x: Tensor, to residual: inout Tensor) {
        switch self {
        case .plain(let hidden, let activation, let output):
            var values = hidden(x)
            activation.apply(to: &values)
            output.add(values, to: &residual)
        case .gated(let gate, let activation, let hidden, let output):
            var values = gate(x)
            activation.apply(to: &values)
            values.multiply(by: hidden(x))
            output.add(values, to: &residual)
        }
    }
}
