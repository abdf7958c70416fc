import Base
import Grounding

/// Frames that a summary compares: of a long past every second, third … one, so that there are never too many.
struct SummaryFrames: Sendable {
    /// One kept frame.
    struct Frame: Sendable {
        /// When.
        let time: WallTime
        /// Its vector [D], of length 1.
        let values: [Float]
    }

    private(set) var frames: [Frame] = []
    private var (step, number) = (1, 0)

    /// Whether the next frame is kept; asks once a frame, so that one that is not need not be encoded.
    mutating func takesNext() -> Bool {
        defer { number += 1 }
        return number % step == 0
    }

    /// Keeps a frame; times rise.
    mutating func keep(_ frame: Frame) {
        frames.append(frame)
        guard frames.count > Summary.mostMoments else { return }
        frames = frames.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
        step *= 2
    }

    /// At most `count` moments in order of time: the frame that shows each best, the share of all that is like it, and a span
    /// around it of at most `longest` seconds, which reaches to the next kept frame and not beyond `end`.
    func moments(count: Int, longest: Double, end: WallTime) -> [(during: TimeSpan, at: WallTime, share: Double)] {
        let frames = Array(frames.prefix(Summary.mostMoments))
        return Summary.choices(frames.map(\.values), count: count).map { choice in
            let at = frames[choice.moment].time
            let next = choice.extent.upperBound + 1
            let from = max(frames[choice.extent.lowerBound].time, at.advanced(bySeconds: -longest / 2))
            let through = min(next < frames.count ? frames[next].time : end, from.advanced(bySeconds: longest))
            return (TimeSpan(start: from, end: max(through, at)), at, choice.share)
        }
    }
}
