/// Scores of all windows of one curve, O(1) each by prefix sums.
package struct StaticScores: Sendable {
    private let sums: [Double]  // sums[i] = masked similarity of frames 0 ..< i
    private let counts: [Double]  // counts[i] = unmasked frames in 0 ..< i
    private let rule: TFVTG.Outside
    private let extra: [Double]

    /// Sums over `masked` [n], whose values at or below the mask are 0, with `isAbove` [n] saying which were kept; `extra`
    /// [n] is added to the score of each window that starts at a frame.
    package init(masked: [Float], isAbove: [Bool], outside rule: TFVTG.Outside, extra: [Float]? = nil) {
        self.rule = rule
        self.extra = extra?.map(Double.init) ?? Array(repeating: 0, count: masked.count)
        var sums = [0.0]
        var counts = [0.0]
        sums.reserveCapacity(masked.count + 1)
        counts.reserveCapacity(masked.count + 1)
        for (value, above) in zip(masked, isAbove) {
            sums.append(sums[sums.count - 1] + Double(value))
            counts.append(counts[counts.count - 1] + (above ? 1 : 0))
        }
        self.sums = sums
        self.counts = counts
    }

    /// Frames of the curve.
    var count: Int { sums.count - 1 }

    /// Mean of the masked similarity inside, minus the mean outside by the rule; −∞ for a dropped window.
    package func score(start: Int, length: Int) -> Double {
        let inside = sums[start + length] - sums[start]
        let above = counts[count] - (counts[start + length] - counts[start])
        let others = rule == .allFrames ? Double(count - length) : above
        let outside = sums[count] - inside
        let mean = inside * (1 / Double(length)) + extra[start]
        if others == 0 { return rule == .aboveMask ? -.infinity : mean }
        return mean - outside / others
    }

    /// The best of the windows of `length` that start in `starts`, the earliest of equals: ``score(start:length:)`` of
    /// each, four at a time.
    func best(length: Int, starts: Range<Int>) -> (start: Int, score: Double) {
        var best = (start: starts.lowerBound, score: -Double.infinity)
        let groups = starts.count / 4
        if groups > 0 { best = bestOfGroups(length: length, first: starts.lowerBound, groups: groups) }
        for start in starts.lowerBound + 4 * groups..<starts.upperBound {
            let score = score(start: start, length: length)
            if score > best.score { best = (start, score) }
        }
        return best
    }

    private func bestOfGroups(length: Int, first: Int, groups: Int) -> (start: Int, score: Double) {
        let total = SIMD4(repeating: sums[count])
        let aboveAll = SIMD4(repeating: counts[count])
        let share = SIMD4(repeating: 1 / Double(length))
        let everywhere = SIMD4(repeating: Double(count - length))
        let (isOfAllFrames, isDropped) = (rule == .allFrames, rule == .aboveMask)
        var bestScore = SIMD4(repeating: -Double.infinity)
        var bestGroup = SIMD4<Int64>(repeating: 0)
        sums.withUnsafeBytes { sums in
            counts.withUnsafeBytes { counts in
                extra.withUnsafeBytes { extra in
                    for group in 0..<groups {
                        let low = 8 * (first + 4 * group)
                        let high = low + 8 * length
                        let inside = Self.four(sums, high) - Self.four(sums, low)
                        let above = aboveAll - (Self.four(counts, high) - Self.four(counts, low))
                        let others = isOfAllFrames ? everywhere : above
                        let mean = inside * share + Self.four(extra, low)
                        let isAlone = others .== 0
                        var score = mean - (total - inside) / others.replacing(with: 1, where: isAlone)
                        score.replace(with: isDropped ? SIMD4(repeating: -.infinity) : mean, where: isAlone)
                        let isBetter = score .> bestScore
                        bestScore.replace(with: score, where: isBetter)
                        bestGroup.replace(with: Int64(group), where: isBetter)
                    }
                }
            }
        }
        var best = (start: first, score: -Double.infinity)
        for lane in 0..<4 {
            let start = first + 4 * Int(bestGroup[lane]) + lane
            let isEarlier = bestScore[lane] == best.score && start < best.start
            if bestScore[lane] > best.score || isEarlier { best = (start, bestScore[lane]) }
        }
        return best
    }

    private static func four(_ bytes: UnsafeRawBufferPointer, _ offset: Int) -> SIMD4<Double> {
        bytes.loadUnaligned(fromByteOffset: offset, as: SIMD4<Double>.self)
    }
}
