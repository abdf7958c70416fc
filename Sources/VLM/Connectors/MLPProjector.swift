import NN

// Letters: N tokens · E width of the vision tower · D width of the decoder.

/// Two linear layers with an exact GELU between (LLaVA 1.5's `mlp2x_gelu`).
struct MLPProjector: Sendable {
    private let first, second: Linear

    /// Reads the layers `firstName` and `secondName` below `weights`.
    init(
        _ weights: Checkpoint, _ firstName: String, _ secondName: String, inputs: Int, outputs: Int
    ) throws(WeightsError) {
        first = try Linear(weights[firstName], inputs: inputs, outputs: outputs)
        second = try Linear(weights[secondName], inputs: outputs, outputs: outputs)
    }

    /// x [N, E] → [N, D].
    func callAsFunction(_ x: Tensor) -> Tensor {
        var hidden = first(x)
        Activation.gelu.apply(to: &hidden)
        return second(hidden)
    }
}
