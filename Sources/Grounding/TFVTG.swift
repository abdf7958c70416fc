/// Training-free video temporal grounding: a similarity curve → the spans that stand out from it.
///
/// Zheng et al., "Training-free Video Temporal Grounding using Large-scale Pre-trained Models", ECCV 2024. Every
/// window of every length is scored by its static score (mean similarity inside minus mean outside), overlapping ones
/// are suppressed, and the start is moved back to where the similarity began to rise. Prefix sums make each score
/// O(1); the greedy selection stops at ``Configuration/top`` survivors, because a survivor depends on higher-scored
/// windows only, so the result is that of sorting all windows.
public struct TFVTG: Sendable {
    /// What a window's mean similarity is compared with.
    public enum Outside: Sendable, Equatable {
        /// The mean over the frames outside that lie above the mask, as published. With several like events each
        /// compares badly with the others, and where no such frame is left (one clean event) the published 0/0 drops
        /// the window.
        case aboveMask
        /// The same, with 0 where no frame above the mask is left outside.
        case aboveMaskOrZero
        /// The mean over all frames outside, masked ones counting as 0: defined for all but the whole curve (outside
        /// 0), and fair to several events in one recording.
        case allFrames
    }

    /// The constants of the method, in frames of the curve.
    public struct Configuration: Sendable, Equatable {
        /// Step between window lengths and the shortest length, frames; at most half the curve is used.
        public var stride: Int
        /// Longest window, frames.
        public var longest: Int
        /// Similarity at or below this counts as 0 and as outside.
        public var mask: Float
        /// Least rise of the smoothed similarity per frame that counts as rising.
        public var slope: Float
        /// Windows that overlap a better one by more than this (intersection over hull) are dropped.
        public var overlap: Float
        /// Most proposals returned.
        public var top: Int
        /// See ``Outside``.
        public var outside: Outside

        /// The published constants except where given: `mask` 0.2, `slope` 0.0005, `overlap` 0.3, `top` 10.
        public init(
            stride: Int, longest: Int, mask: Float = 0.2, slope: Float = 0.0005, overlap: Float = 0.3, top: Int = 10,
            outside: Outside = .allFrames
        ) {
            self.stride = stride
            self.longest = longest
            self.mask = mask
            self.slope = slope
            self.overlap = overlap
            self.top = top
            self.outside = outside
        }
    }

    private let configuration: Configuration

    /// A localiser with these constants.
    public init(_ configuration: Configuration) { self.configuration = configuration }

    /// The best spans of `similarity` [n], best first; none when nothing rises above the mask or n < 2.
    ///
    /// Cost O(n + top · P) for P scored windows, P ≤ n · longest / stride.
    public func proposals(similarity: [Float]) -> [Proposal] {
        let stride = min(configuration.stride, similarity.count / 2)
        guard stride > 0 else { return [] }
        let isAbove = similarity.map { $0 > configuration.mask }
        guard isAbove.contains(true) else { return [] }
        let masked = zip(similarity, isAbove).map { $1 ? $0 : 0 }
        let rising = RisingStart(curve: masked, isAbove: isAbove, stride: stride, slope: configuration.slope)
        let scores = StaticScores(
            masked: masked, isAbove: isAbove, outside: configuration.outside)
        let survivors = select(scores, count: similarity.count, stride: stride)
        guard let best = survivors.first?.score else { return [] }
        return survivors.map { survivor in
            Proposal(
                window: survivor.window, risingFrom: rising.frames[survivor.window.lowerBound], score: survivor.score,
                confidence: survivor.score / best)
        }
    }

    /// Greedy suppression: the best window, then the best that overlaps no chosen one, and so on. Equal scores go to
    /// the shorter window, then to the earlier.
    private func select(_ scores: StaticScores, count n: Int, stride: Int) -> [(window: Range<Int>, score: Double)] {
        var chosen: [(window: Range<Int>, score: Double)] = []
        while chosen.count < configuration.top {
            var best: (window: Range<Int>, score: Double)?
            for length in Swift.stride(from: stride, through: min(n, configuration.longest), by: stride) {
                for start in 0...(n - length) {
                    guard let score = scores.score(start: start, length: length) else { continue }
                    if let best, score <= best.score { continue }
                    let window = start..<(start + length)
                    if chosen.contains(where: { overlap($0.window, window, n) > configuration.overlap }) { continue }
                    best = (window, score)
                }
            }
            guard let best else { break }
            chosen.append(best)
        }
        return chosen
    }

    /// Intersection over hull of two windows in single precision of normalised ends, as the published code computes
    /// it: an overlap of exactly the threshold occurs, and the rounding decides.
    private func overlap(_ a: Range<Int>, _ b: Range<Int>, _ n: Int) -> Float {
        let count = Float(n)
        let (aStart, aEnd) = (Float(a.lowerBound) / count, Float(a.upperBound) / count)
        let (bStart, bEnd) = (Float(b.lowerBound) / count, Float(b.upperBound) / count)
        let inside = max(0, min(aEnd, bEnd) - max(aStart, bStart))
        return inside / (max(aEnd, bEnd) - min(aStart, bStart))
    }
}

/// Static scores of all windows of one curve, O(1) each.
struct StaticScores {
    private let sums: [Double]  // sums[i] = masked similarity of frames 0 ..< i
    private let counts: [Int]  // counts[i] = unmasked frames in 0 ..< i

    private let rule: TFVTG.Outside

    init(masked: [Float], isAbove: [Bool], outside rule: TFVTG.Outside) {
        self.rule = rule
        var sums = [0.0]
        var counts = [0]
        sums.reserveCapacity(masked.count + 1)
        counts.reserveCapacity(masked.count + 1)
        for (value, above) in zip(masked, isAbove) {
            sums.append(sums[sums.count - 1] + Double(value))
            counts.append(counts[counts.count - 1] + (above ? 1 : 0))
        }
        self.sums = sums
        self.counts = counts
    }

    /// Mean of the masked similarity inside, minus the mean outside by the rule; nil for a dropped window.
    func score(start: Int, length: Int) -> Double? {
        let inside = sums[start + length] - sums[start]
        let outside = sums[sums.count - 1] - inside
        let above = counts[counts.count - 1] - (counts[start + length] - counts[start])
        let others = rule == .allFrames ? sums.count - 1 - length : above
        if others == 0 { return rule == .aboveMask ? nil : inside / Double(length) }
        return inside / Double(length) - outside / Double(others)
    }
}
