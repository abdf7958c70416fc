public import NN

// Letters: L clips in the window · V width of a clip's features without the two places of time · d width of the network.

/// UniVTG over the last L clips of an endless video.
///
/// A clip's place in the window is part of what the network sees, so every step changes all clips. What does not change
/// is computed once per clip: with x = [u | t], t the two places of time, the first normalisation and layer are
///
///     W (γ (x − μ) / σ + β) + b = (W_u γ_u u + W_t γ_t t − μ W γ) / σ + W β + b
///
/// so W_u γ_u u [d], Σ u and Σ u² are kept, and a step costs O(d) a clip in place of O(d · V) before the second layer.
public struct UniVTGStream: Sendable {
    private struct Clip: Sendable {
        let product: [Float]  // W_u γ_u u [d]
        let sum, squares: Double
    }

    private let model: UniVTG
    private let capacity: Int
    private let clipLayer: Linear  // W_u γ_u [d, V]
    private let timeColumns: [[Float]]  // W_t γ_t, two of [d]
    private let gain, shift: [Float]  // W γ [d], W β + b [d]
    private var clips: [Clip] = []

    /// A window of `capacity` clips.
    public init(_ model: UniVTG, capacity: Int) {
        precondition(capacity > 0, "a window of \(capacity) clips")
        self.model = model
        self.capacity = capacity
        let width = model.configuration.videoWidth
        let (norm, layer) = (model.video.norm, model.video.layer)
        let gains = norm.weight.values
        var scaled = model.video.weight
        scaled.withMutableValues { values in for index in values.indices { values[index] *= gains[index % width] } }
        clipLayer = Linear(weight: scaled.columns(0..<width - 2), bias: nil)
        timeColumns = scaled.columns(width - 2..<width).transposed().rowArrays
        gain =
            Similarity.dot(rows: Tensor(Array(repeating: 1, count: width), shape: [1, width]), columns: scaled).values
        shift = layer(norm.bias.reshaped([1, width])).values
    }

    /// Clips in the window.
    public var count: Int { clips.count }

    /// Adds the next clip's features [V], each kind brought to length 1 already; the oldest clip makes room.
    public mutating func append(_ features: [Float]) {
        precondition(features.count == clipLayer.inputs, "\(features.count) features of \(clipLayer.inputs)")
        let product = clipLayer(Tensor(features, shape: [1, features.count])).values
        let sum = features.reduce(0.0) { $0 + Double($1) }
        let squares = features.reduce(0.0) { $0 + Double($1) * Double($1) }
        if clips.count == capacity { clips.removeFirst() }
        clips.append(Clip(product: product, sum: sum, squares: squares))
    }

    /// Forgets all clips: after a gap there is nothing to see across it.
    public mutating func reset() { clips = [] }

    /// What the network says about the clips in the window, oldest first, and `words` [T, E], normalised.
    public func output(words: Tensor) -> UniVTGOutput {
        guard !clips.isEmpty else { return UniVTGOutput(foreground: [], before: [], after: [], saliency: []) }
        let video = model.typed(model.video.second(firstLayer()), model.videoType)
        let text = model.typed(model.text(words), model.textType)
        let input = UniVTGInput(clips: video, words: text)
        return model.output(of: input, video: video, text: text)
    }

    /// What the first layer of the video projection and its ReLU give for the window [L, d].
    private func firstLayer() -> Tensor {
        let width = Double(model.configuration.videoWidth)
        let share = 1 / Float(clips.count)
        let rows = clips.enumerated().map { index, clip -> [Float] in
            let begin = Float(index) * share
            let time = [begin, begin + share]
            let mean = (clip.sum + Double(time[0]) + Double(time[1])) / width
            let squares = clip.squares + Double(time[0] * time[0]) + Double(time[1] * time[1])
            let deviation = (max(0, squares / width - mean * mean) + Double(model.video.norm.epsilon)).squareRoot()
            let (mu, scale) = (Float(mean), Float(1 / deviation))
            return clip.product.indices.map { channel in
                let placed =
                    clip.product[channel] + time[0] * timeColumns[0][channel] + time[1] * timeColumns[1][channel]
                return max(0, (placed - mu * gain[channel]) * scale + shift[channel])
            }
        }
        return Tensor(rows: rows)
    }
}
