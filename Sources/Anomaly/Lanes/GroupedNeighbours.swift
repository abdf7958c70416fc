/// Nearest-neighbour scores with a scale learnt by leaving out one group (recording, day) at a time, as anomalib's AI-VAD
/// does, but with the true highest score over all groups. (Upstream keeps only the last group's, so that its scale
/// depends on the order of the recordings.)
package struct GroupedNeighbours: Sendable {
    /// Lowest and highest left-out distance of each group, in the given order.
    package let ranges: [ClosedRange<Double>]
    private let bank: [[Float]]

    /// Learns from `groups` of vectors [D]; at least two groups must hold vectors.
    package init(groups: [[[Float]]]) {
        precondition(groups.count { !$0.isEmpty } > 1, "leaving a group out needs two that are not empty")
        bank = groups.flatMap(\.self)
        ranges = groups.indices.compactMap { index in
            let others = groups.indices.filter { $0 != index }.flatMap { groups[$0] }
            let distances = NearestNeighbours.density(groups[index], bank: others, count: 1).map(Double.init)
            guard let low = distances.min(), let high = distances.max() else { return nil }
            return low...high
        }
    }

    /// Lowest left-out distance.
    package var lowest: Double { ranges.map(\.lowerBound).min() ?? 0 }

    /// Highest left-out distance over all groups.
    package var highest: Double { ranges.map(\.upperBound).max() ?? 0 }

    /// Euclidean distance of each vector [D] to its nearest neighbour among all groups.
    package func distances(_ vectors: [[Float]]) -> [Double] {
        NearestNeighbours.density(vectors, bank: bank, count: 1).map(Double.init)
    }

    /// ``distances(_:)`` on the scale where ``lowest`` is 0 and ``highest`` is 1.
    package func normalised(_ vectors: [[Float]]) -> [Double] {
        let width = highest - lowest
        return distances(vectors).map { width > 0 ? ($0 - lowest) / width : 0 }
    }
}
