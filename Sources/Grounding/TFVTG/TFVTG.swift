/// Training-free video temporal grounding: a similarity curve → the spans that stand out from it.
///
/// Zheng et al., "Training-free Video Temporal Grounding using Large-scale Pre-trained Models", ECCV 2024. Every
/// window of every length is scored by its static score (mean similarity inside minus mean outside), overlapping ones
/// are suppressed, and the start is moved back to where the similarity began to rise. Prefix sums make each score
/// O(1); the greedy selection stops at ``Configuration/top`` survivors, because a survivor depends on higher-scored
/// windows only, so the result is that of sorting all windows.
public struct TFVTG: Sendable {
    /// What windows are ranked by.
    public enum Scoring: Sendable, Equatable {
        /// The static score alone, which is what the published numbers come from.
        case staticOnly
        /// The paper's event of a transition [i, k] and a status [k, j], ranked by the dynamic score of the one plus the
        /// static score of the other. For each k the two separate and the best i is where the rise began, so all
        /// (i, k, j) cost no more than all (k, j). Windows are suppressed by their status.
        case dynamicAndStatic
    }

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
        /// See ``Scoring``.
        public var scoring: Scoring

        /// The published constants except where given: `mask` 0.2, `slope` 0.0005, `overlap` 0.3, `top` 10.
        public init(
            stride: Int, longest: Int, mask: Float = 0.2, slope: Float = 0.0005, overlap: Float = 0.3, top: Int = 10,
            outside: Outside = .allFrames, scoring: Scoring = .staticOnly
        ) {
            self.stride = stride
            self.longest = longest
            self.mask = mask
            self.slope = slope
            self.overlap = overlap
            self.top = top
            self.outside = outside
            self.scoring = scoring
        }
    }

    let configuration: Configuration

    /// Frames a second of the published features.
    public static let publishedFPS = 3.0
    /// Longest window in frames, whatever the recording's length: bounds the work on day-long recordings.
    static let longestWindow = 1800

    /// The constants of the published Charades-STA runs for a curve of `count` frames, ``publishedFPS`` a second, of BLIP-2's
    /// similarities; where the published score is 0/0 it is the inner mean. No window is longer than ten minutes.
    public init(publishedFor count: Int) {
        self.init(
            Configuration(stride: 20, longest: min(count / 2, Self.longestWindow), outside: .aboveMaskOrZero))
    }

    /// A localiser with these constants.
    public init(_ configuration: Configuration) { self.configuration = configuration }

    /// The best spans of `similarity` [n], best first; none when nothing rises above the mask or n < 2.
    ///
    /// Cost O(n + top · P) for P scored windows, P ≤ n · longest / stride; memory O(n + P / 3) bytes.
    public func proposals(similarity: [Float]) -> [Proposal] {
        let stride = min(configuration.stride, similarity.count / 2)
        guard stride > 0 else { return [] }
        let isAbove = similarity.map { $0 > configuration.mask }
        guard isAbove.contains(true) else { return [] }
        let masked = zip(similarity, isAbove).map { $1 ? $0 : 0 }
        let rising = RisingStart(curve: masked, isAbove: isAbove, stride: stride, slope: configuration.slope)
        let scores = StaticScores(
            masked: masked, isAbove: isAbove, outside: configuration.outside,
            extra: configuration.scoring == .dynamicAndStatic ? rising.scores : nil)
        let longest = min(similarity.count, configuration.longest)
        let lengths = Array(Swift.stride(from: stride, through: longest, by: stride))
        var selection = WindowSelection(scores, lengths: lengths, limit: configuration.overlap)
        let survivors = selection.choose(top: configuration.top)
        guard let best = survivors.first?.score else { return [] }
        return survivors.map { survivor in
            Proposal(
                window: survivor.window, risingFrom: rising.frames[survivor.window.lowerBound], score: survivor.score,
                confidence: survivor.score / best)
        }
    }
}
