internal import NN

// Letters: N rows · I inputs · d width of the network.

/// Brings features to the network's width in two steps, each a normalisation before a layer (UniVTG, section 3.2).
struct InputProjection: Sendable {
    let norms: [LayerNorm]
    let layers: [Linear]

    init(_ weights: Checkpoint, inputs: Int, width: Int) throws(WeightsError) {
        var (norms, layers) = ([LayerNorm](), [Linear]())
        for (index, inputs) in [inputs, width].enumerated() {
            norms.append(try LayerNorm(weights[index]["LayerNorm"], width: inputs, epsilon: 1e-5))
            layers.append(try Linear(weights[index]["net"][1], inputs: inputs, outputs: width))
        }
        self.norms = norms
        self.layers = layers
    }

    /// x [N, I] → [N, d].
    func callAsFunction(_ x: Tensor) -> Tensor { second(layers[0](norms[0](x))) }

    /// What the first layer gave [N, d] → [N, d].
    func second(_ x: Tensor) -> Tensor {
        var hidden = x
        Activation.relu.apply(to: &hidden)
        return layers[1](norms[1](hidden))
    }
}
