/// Frames picked in proportion to anomaly-score mass (Holmes-VAU's anomaly-focused temporal sampler, Zhang et al.,
/// CVPR 2025).
///
/// Causal when it is given an event's own buffer up to now: it then only needs that buffer's scores.
package enum MassSampler {
    /// Positions of `count` frames among `scores` (each in 0…1): evenly spread when there are no more frames than asked
    /// for or nearly no score mass, else at equal steps of the cumulated score, with `floor` of mass in every frame.
    package static func positions(_ scores: [Double], count: Int, floor: Double = 0.1) -> [Int] {
        precondition(count > 0 && floor > 0, "\(count) frames, floor \(floor)")
        guard !scores.isEmpty else { return [] }
        guard scores.count > count, scores.reduce(0, +) >= 1 else { return even(scores.count, count) }
        var cumulated = [0.0]
        for score in scores { cumulated.append(cumulated[cumulated.count - 1] + score + floor) }
        let total = cumulated[scores.count].rounded(.toNearestOrEven)
        return (0..<count).map { step in
            let mass = count > 1 ? 1 + Double(step) * ((total - 1) / Double(count - 1)) : 1
            return min(max(Int(position(of: mass, in: cumulated)), 0), scores.count - 1)
        }
    }

    private static func even(_ frames: Int, _ count: Int) -> [Int] {
        guard count > 1 else { return [0] }
        let step = Double(frames - 1) / Double(count - 1)
        return (0..<count).map { Int((Double($0) * step).rounded(.toNearestOrEven)) }
    }

    /// Where the piecewise linear curve through `cumulated` reaches `mass`, continued by its last piece.
    private static func position(of mass: Double, in cumulated: [Double]) -> Double {
        let upper = cumulated.firstIndex { $0 >= mass } ?? cumulated.count - 1
        let right = max(upper, 1)
        let (low, high) = (cumulated[right - 1], cumulated[right])
        return Double(right - 1) + (mass - low) / (high - low)
    }
}
