// Letters: I inputs · O outputs.

extension Linear {
    /// A layer whose every output is multiplied by its own gain (Touvron et al. 2021, "LayerScale"), folded into the weights:
    /// reads `weight` [O, I] and `bias` [O] below `weights`, and the gain [O] under `name` below `scale`.
    public init(
        _ weights: Checkpoint, inputs: Int, outputs: Int, scale: Checkpoint, named name: String
    ) throws(WeightsError) {
        let gain = try scale.tensor(name, shape: [outputs]).values
        var weight = try weights.tensor("weight", shape: [outputs, inputs])
        var bias = try weights.tensor("bias", shape: [outputs])
        weight.withMutableValues { values in
            for row in 0..<outputs {
                for i in row * inputs..<(row + 1) * inputs { values[i] *= gain[row] }
            }
        }
        bias.withMutableValues { values in for row in 0..<outputs { values[row] *= gain[row] } }
        self.init(weight: weight, bias: bias, precision: weights.precision)
    }
}
