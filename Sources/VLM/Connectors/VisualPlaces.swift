import NN

// Letters: M tokens of a prompt · F visual tokens · D width.

/// The places of a prompt that visual tokens take.
enum VisualPlaces {
    /// Replaces the rows of `embedded` [M, D] at which `ids` holds one of `marks` by the rows of `visual` [F, D], in order.
    /// Throws ``ModelError/invalidText(reason:)`` when there are not F of them.
    static func fill(
        _ embedded: inout Tensor, _ ids: [Int], _ marks: Set<Int>, with visual: Tensor
    ) throws(ModelError) {
        let places = ids.indices.filter { marks.contains(ids[$0]) }
        guard places.count == visual.shape[0] else {
            throw .invalidText(reason: "\(places.count) visual places for \(visual.shape[0]) visual tokens")
        }
        let width = embedded.shape[1]
        visual.expect(places.count, width)
        embedded.withMutableValues { target in
            visual.withValues { source in
                for (index, place) in places.enumerated() {
                    for i in 0..<width { target[place * width + i] = source[index * width + i] }
                }
            }
        }
    }
}
