/// Mean average precision of temporal segments as VadCLIP computes it.
///
/// Source: the evaluation of Wu et al., "VadCLIP", AAAI 2024, re-implemented. Per class and video the curve is cut at
/// max − 0.6 (max − min), runs of at least two frames become proposals, non-maximum suppression at IoU 0.6 thins them,
/// and greedy matching in order of confidence gives the precision.
package struct SegmentDetection: Sendable {
    /// A true segment `[start, end)` in frames and the index of its class.
    package struct Segment: Sendable {
        package let start: Double
        package let end: Double
        package let category: Int

        package init(start: Double, end: Double, category: Int) {
            self.start = start
            self.end = end
            self.category = category
        }
    }

    /// One video: per class a curve over frames, and its true segments.
    package struct Video: Sendable {
        /// [C][F] probabilities.
        package let curves: [[Double]]
        package let segments: [Segment]

        package init(curves: [[Double]], segments: [Segment]) {
            self.curves = curves
            self.segments = segments
        }
    }

    private struct Proposal {
        let video: Int
        let start: Double
        let end: Double
        let confidence: Double
    }

    private let truths: [[(video: Int, segment: Segment)]]
    private let proposals: [[Proposal]]

    /// Makes the proposals of `categories` classes.
    package init(videos: [Video], categories: Int) {
        truths = (0..<categories).map { category in
            videos.enumerated().flatMap { index, video in
                video.segments.filter { $0.category == category }.map { (index, $0) }
            }
        }
        proposals = (0..<categories).map { category in
            videos.enumerated().flatMap { index, video in Self.propose(video.curves[category], video: index) }
                .stablySorted { $0.confidence > $1.confidence }
        }
    }

    /// Mean over classes of the average precision at temporal IoU ≥ `overlap`, in 0…1; 0 when any class has no proposal.
    package func meanAveragePrecision(overlap: Double) -> Double {
        guard !proposals.isEmpty, proposals.allSatisfy({ !$0.isEmpty }) else { return 0 }
        let precisions = proposals.indices.map { averagePrecision($0, overlap: overlap) }
        return precisions.reduce(0, +) / Double(precisions.count)
    }

    private func averagePrecision(_ category: Int, overlap: Double) -> Double {
        var open = truths[category]
        guard !open.isEmpty else { return 0 }
        let count = Double(open.count)
        var (hits, sum) = (0.0, 0.0)
        for (rank, proposal) in proposals[category].enumerated() {
            let candidates = open.indices.filter { open[$0].video == proposal.video }
                .map { ($0, Self.overlap(proposal.start, proposal.end, open[$0].segment.start, open[$0].segment.end)) }
                .filter { $0.1 >= overlap }
            guard let best = candidates.max(by: { $0.1 < $1.1 }) else { continue }
            open.remove(at: best.0)
            hits += 1
            sum += hits / Double(rank + 1)
        }
        return sum / count
    }

    private static func propose(_ curve: [Double], video: Int) -> [Proposal] {
        guard let highest = curve.max(), let lowest = curve.min() else { return [] }
        let strongest = curve.sorted(by: >).prefix(max(1, curve.count / 16))
        let strength = strongest.reduce(0, +) / Double(strongest.count)
        let threshold = highest - 0.6 * (highest - lowest)
        var candidates: [Proposal] = []
        var start: Int?
        for frame in 0...curve.count {
            let isAbove = frame < curve.count && curve[frame] > threshold
            if isAbove {
                start = start ?? frame
            } else if let begin = start {
                start = nil
                guard frame - begin >= 2, let peak = curve[begin..<frame].max() else { continue }
                candidates.append(
                    Proposal(
                        video: video, start: Double(begin), end: Double(frame), confidence: peak + 0.7 * strength))
            }
        }
        return suppress(candidates.stablySorted { $0.confidence > $1.confidence })
    }

    private static func suppress(_ ordered: [Proposal]) -> [Proposal] {
        var kept: [Proposal] = []
        for proposal in ordered
        where kept.allSatisfy({ overlap($0.start, $0.end, proposal.start, proposal.end) < 0.6 }) {
            kept.append(proposal)
        }
        return kept
    }

    private static func overlap(_ a: Double, _ b: Double, _ c: Double, _ d: Double) -> Double {
        let shared = max(0, min(b, d) - max(a, c))
        let union = (b - a) + (d - c) - shared
        return union > 0 ? shared / union : 0
    }
}
