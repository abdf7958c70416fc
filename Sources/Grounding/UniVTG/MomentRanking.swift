internal import Foundation

/// Turns UniVTG's heads into ranked spans and highlight scores, as the published evaluation does (moment retrieval path).
public struct MomentRanking: Sendable, Equatable {
    /// Seconds of a clip.
    public var clipSeconds: Double
    /// Whether begins and ends are brought to whole clips.
    public var isRounded: Bool
    /// Spans that take part in suppression, best first.
    public var mostBefore: Int
    /// Spans that survive it at most.
    public var mostAfter: Int
    /// A span that overlaps a better one by more (intersection over hull) is dropped; nil keeps all.
    public var overlap: Double?

    /// The QVHighlights scripts' numbers, except where given.
    public init(
        clipSeconds: Double = 2, isRounded: Bool = false, mostBefore: Int = 1000, mostAfter: Int = 10,
        overlap: Double? = 0.7
    ) {
        self.clipSeconds = clipSeconds
        self.isRounded = isRounded
        self.mostBefore = mostBefore
        self.mostAfter = mostAfter
        self.overlap = overlap
    }

    /// A ranked span.
    public struct Window: Sendable, Equatable {
        /// Seconds.
        public let start: Double
        /// Seconds; may be before ``start`` when the network says so.
        public let end: Double
        /// Foreground probability of the clip that proposed it.
        public let score: Double

        /// Gathers the parts.
        public init(start: Double, end: Double, score: Double) {
            self.start = start
            self.end = end
            self.score = score
        }
    }

    /// One span for each of L clips, best first, rounded as published; of those the first `clipCount` count, the others are
    /// padding, which is anchored at 0 and scores 0. `duration` of the video in seconds.
    public func windows(_ output: UniVTGOutput, clipCount: Int? = nil, duration: Double) -> [Window] {
        let count = output.foreground.count
        let seconds = Float(duration)
        let clips = clipCount ?? count
        let windows = (0..<count).map { clip -> Window in
            // Half a clip in seconds on a count of clips: the published anchor, the clip's right edge for clips of 2 s.
            let anchor = clip < clips ? (Float(clip) + Float(clipSeconds) / 2) / Float(clips) : 0
            let start = min(max((anchor + output.before[clip]) * seconds, 0), seconds)
            let end = min(max((anchor + output.after[clip]) * seconds, 0), seconds)
            return Window(
                start: Double(start), end: Double(end), score: clip < clips ? Double(output.foreground[clip]) : 0)
        }
        return Self.ranked(windows).map { window in
            let start = Self.decimals(window.start)
            let end = Self.decimals(window.end)
            return Window(
                start: isRounded ? whole(start) : start, end: isRounded ? whole(end) : end,
                score: Self.decimals(window.score))
        }
    }

    /// The ranked spans that no better one overlaps too much. A single span stays.
    public func suppressed(_ windows: [Window]) -> [Window] {
        guard let overlap, windows.count > 1 else { return windows }
        var chosen: [Window] = []
        for window in Self.ranked(Array(windows.prefix(mostBefore))) where chosen.count < mostAfter {
            if !chosen.contains(where: { Self.overlap($0, window) > overlap }) { chosen.append(window) }
        }
        return chosen
    }

    /// One highlight score for each clip: the saliency, in half precision as published, plus the foreground probability
    /// when `addsForeground`.
    public static func highlights(_ output: UniVTGOutput, clipCount: Int? = nil, addsForeground: Bool) -> [Float] {
        (0..<(clipCount ?? output.saliency.count)).map { clip in
            HalfPrecision.rounded(output.saliency[clip]) + (addsForeground ? output.foreground[clip] : 0)
        }
    }

    private func whole(_ seconds: Double) -> Double {
        (seconds / clipSeconds).rounded(.toNearestOrEven) * clipSeconds
    }

    private static func ranked(_ windows: [Window]) -> [Window] {
        windows.enumerated().sorted { first, second in
            let (a, b) = (first.element.score, second.element.score)
            return a == b ? first.offset < second.offset : a > b
        }.map(\.element)
    }

    private static func decimals(_ value: Double) -> Double { Double(String(format: "%.4f", value)) ?? value }

    private static func overlap(_ a: Window, _ b: Window) -> Double {
        let hull = max(a.end, b.end) - min(a.start, b.start)
        let inside = max(0, min(a.end, b.end) - max(a.start, b.start))
        return hull == 0 ? 0 : inside / hull
    }
}
