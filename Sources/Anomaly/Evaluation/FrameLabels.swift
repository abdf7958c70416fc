/// Which frames of a test video count as anomalous, in the conventions of the published evaluations.
///
/// The same annotation gives different labels in different code; a table must say which one it used.
package enum FrameLabels {
    /// How intervals and lengths are read.
    package enum Convention: String, Sendable, CaseIterable {
        /// LAVAD: `[start, end]` inclusive, frames counted from 0, the video's true length.
        case lavad
        /// VadCLIP and most weakly supervised code: `[start, end)`, length 16 × number of feature snippets.
        case vadclip
        /// VERA: `[start, end)` clamped to the video's true length.
        case vera
    }

    /// Frames that one feature snippet, caption or score stands for in all three.
    package static let frameInterval = 16

    /// Labels of `count` frames. Intervals may reach beyond the video (five of UCF-Crime's do) and are cut to it; those
    /// that begin below 0, as the −1 for "absent", are left out.
    package static func labels(intervals: [(start: Int, end: Int)], count: Int, _ convention: Convention) -> [Bool] {
        precondition(count >= 0, "\(count) frames")
        var labels = [Bool](repeating: false, count: count)
        for interval in intervals where interval.start >= 0 {
            let end = convention == .lavad ? interval.end.addingReportingOverflow(1).partialValue : interval.end
            let (first, past) = (min(interval.start, count), min(max(end, 0), count))
            guard first < past else { continue }
            for frame in first..<past { labels[frame] = true }
        }
        return labels
    }

    /// Every score repeated `interval` times, cut or, with its last value, filled up to `count`.
    package static func spread(_ scores: [Double], interval: Int = frameInterval, count: Int) -> [Double] {
        precondition(interval > 0 && count >= 0, "interval \(interval), \(count) frames")
        guard let last = scores.last else { return [Double](repeating: 0, count: count) }
        return (0..<count).map { $0 / interval < scores.count ? scores[$0 / interval] : last }
    }
}
