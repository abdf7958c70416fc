package import Base
package import Grounding

/// Spans of a whole saliency curve at once: what a live camera's event assembly tells in the end, without its state.
package struct RecordedSpans: Sendable {
    private let event: GroundingConstants.Event
    private let refinement: SpanRefinement
    private let period: Double

    /// Spans of curves whose frames are about `period` seconds apart.
    package init(_ constants: GroundingConstants, period: Double) {
        event = constants.event
        refinement = SpanRefinement(constants)
        self.period = period
    }

    /// A pause between frames that is longer, in seconds, was not watched.
    package static func longestPause(period: Double) -> Double { max(10, 5 * period) }

    /// The stretches of frames without a pause, as indices into `times`, which rise.
    package func stretches(_ times: [WallTime]) -> [ClosedRange<Int>] {
        var stretches: [ClosedRange<Int>] = []
        var first = 0
        for index in times.indices {
            let isLast = index + 1 == times.count
            if isLast || times[index + 1].seconds(since: times[index]) > Self.longestPause(period: period) {
                stretches.append(first...index)
                first = index + 1
            }
        }
        return stretches
    }

    /// The spans in which `curve` [n] says that its sentence holds, in order, with the errors of their ends; `limits` is
    /// when the recording began and ended.
    package func spans(of curve: [Float], at times: [WallTime], limits: TimeSpan) -> [TimeSpan] {
        precondition(curve.count == times.count, "\(curve.count) values at \(times.count) times")
        return stretches(times).flatMap { stretch -> [TimeSpan] in
            let rough = events(curve, times, in: stretch)
            return rough.indices.map { index in
                // A live camera settles an event when the next one opens, so what comes later has no say.
                let next = index + 1 < rough.count ? rough[index + 1].opened : stretch.upperBound
                return span(of: rough[index].frames, curve, times, within: stretch.lowerBound...next, limits)
            }
        }
    }

    /// The refined span of rough event frames, decided by the curve 15 s to either side inside `bounds`.
    private func span(
        of rough: ClosedRange<Int>, _ curve: [Float], _ times: [WallTime], within bounds: ClosedRange<Int>,
        _ limits: TimeSpan
    ) -> TimeSpan {
        let context = SpanRefinement.context
        var (from, through) = (rough.lowerBound, rough.upperBound)
        while from > bounds.lowerBound, times[rough.lowerBound].seconds(since: times[from - 1]) <= context { from -= 1 }
        while through < bounds.upperBound, times[through + 1].seconds(since: times[rough.upperBound]) <= context {
            through += 1
        }
        let refined = refinement.refine(
            rough: rough.lowerBound - from...rough.upperBound - from, curve: Array(curve[from...through]))
        let frames = refined.frames.lowerBound + from...refined.frames.upperBound + from
        return SampledSpan(frames: frames, of: times, period: period, limits: limits).during
    }

    /// Frames of each rough event of one stretch, opened by values at or above `open` and kept by those at or above `close`,
    /// and the frame at which it was certain.
    private func events(
        _ curve: [Float], _ times: [WallTime], in stretch: ClosedRange<Int>
    ) -> [(frames: ClosedRange<Int>, opened: Int)] {
        let minimumOn = max(0, event.minSeconds - period)
        let hold = max(event.gapSeconds, period)
        var events: [(frames: ClosedRange<Int>, opened: Int)] = []
        var index = stretch.lowerBound
        while index <= stretch.upperBound {
            let first = index
            while index <= stretch.upperBound, Double(curve[index]) >= event.open,
                times[index].seconds(since: times[first]) < minimumOn
            { index += 1 }
            guard index <= stretch.upperBound, Double(curve[index]) >= event.open else {
                index += 1
                continue
            }
            let opened = index
            var last = index
            index += 1
            while index <= stretch.upperBound {
                if Double(curve[index]) >= event.close {
                    last = index
                } else if times[index].seconds(since: times[last]) >= hold {
                    break
                }
                index += 1
            }
            if let before = events.last,
                times[first].seconds(since: times[before.frames.upperBound]) <= event.gapSeconds + period
            {
                events[events.count - 1].frames = before.frames.lowerBound...last
            } else {
                events.append((first...last, opened))
            }
            index += 1
        }
        return events
    }
}
