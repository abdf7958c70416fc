/// AI-VAD's score of a frame from attributes of its objects (Reiss & Hoshen; re-implemented from the description).
package struct AIVAD: Sendable {
    /// One attribute of the objects of a frame.
    package enum Attribute: String, Sendable, CaseIterable {
        case velocity, pose, deep
    }

    /// Objects' vectors of one clip, frame by frame: [frames][objects][D].
    package typealias Clip = [[[Double]]]

    private let mixture: GaussianMixture
    private let banks: [Attribute: [[Float]]]
    /// Scale of each attribute.
    package let scales: [Attribute: AttributeScale]
    /// Left-out training scores of pose and deep features, object by object.
    package let trainingScores: [Attribute: [Double]]

    /// Learns from normal clips per attribute; velocity's density is `mixture`. Pose and deep features are compared with
    /// the other clips only, so that a clip does not explain itself. Attributes that are not given are not used.
    package init(clips: [Attribute: [Clip]], mixture: GaussianMixture) {
        self.mixture = mixture
        var (banks, scales, training) = (
            [Attribute: [[Float]]](), [Attribute: AttributeScale](), [Attribute: [Double]]()
        )
        for (attribute, list) in clips {
            let scores: [Double]
            if attribute == .velocity {
                scores = list.flatMap { $0.flatMap(\.self) }.map(mixture.negativeLogLikelihood)
            } else {
                let objects = list.map { clip in clip.flatMap { $0.map { $0.map(Float.init) } } }
                scores = objects.indices.flatMap { index in
                    let others = objects.indices.filter { $0 != index }.flatMap { objects[$0] }
                    return NearestNeighbours.nearestSquared(objects[index], bank: others).map(Double.init)
                }
                banks[attribute] = objects.flatMap(\.self)
            }
            training[attribute] = scores
            scales[attribute] = AttributeScale(
                trainingScores: scores, quantile: attribute == .deep ? 1 : 0.999)
        }
        (self.banks, self.scales, trainingScores) = (banks, scales, training)
    }

    /// The score of a frame from its objects' vectors: the sum over attributes of the scaled score of the strangest
    /// object. A frame without objects of an attribute scores 0 *before* scaling there.
    package func score(_ objects: [Attribute: [[Double]]]) -> Double {
        scales.reduce(0) { sum, scale in
            sum + scale.value.apply(raw(scale.key, objects[scale.key] ?? []))
        }
    }

    private func raw(_ attribute: Attribute, _ objects: [[Double]]) -> Double {
        guard !objects.isEmpty else { return 0 }
        if attribute == .velocity { return objects.map(mixture.negativeLogLikelihood).max() ?? 0 }
        let vectors = objects.map { $0.map(Float.init) }
        return NearestNeighbours.nearestSquared(vectors, bank: banks[attribute] ?? []).max().map(Double.init) ?? 0
    }
}
