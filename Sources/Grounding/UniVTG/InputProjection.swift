internal import NN

// Letters: N rows · I inputs · d width of the network.

/// Brings features to the network's width in two steps, each a normalisation before a layer (UniVTG, section 3.2).
struct InputProjection: Sendable {
    /// The normalisation of the features.
    let norm: LayerNorm
    /// Weights of the layer after it [d, I].
    let weight: Tensor
    /// That layer, without its activation.
    let layer: Linear
    private let secondNorm: LayerNorm
    private let secondLayer: Linear

    init(_ weights: Checkpoint, inputs: Int, width: Int) throws(WeightsError) {
        let first = weights[0]["net"][1]
        norm = try LayerNorm(weights[0]["LayerNorm"], width: inputs, epsilon: 1e-5)
        weight = try first.tensor("weight", shape: [width, inputs])
        layer = Linear(weight: weight, bias: try first.tensor("bias", shape: [width]), precision: weights.precision)
        secondNorm = try LayerNorm(weights[1]["LayerNorm"], width: width, epsilon: 1e-5)
        secondLayer = try Linear(weights[1]["net"][1], inputs: width, outputs: width)
    }

    /// x [N, I] → [N, d].
    func callAsFunction(_ x: Tensor) -> Tensor { second(layer(norm(x), activation: .relu)) }

    /// What the first layer and its ReLU gave [N, d] → [N, d].
    func second(_ x: Tensor) -> Tensor { secondLayer(secondNorm(x)) }
}
