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
        return stretches(times).flatMap { stretch in
            events(curve, times, in: stretch).map { rough in
                let context = SpanRefinement.context
                let first = stretch.first { times[$0] >= times[rough.lowerBound].advanced(bySeconds: -context) }
                let last = stretch.last { times[$0] <= times[rough.upperBound].advanced(bySeconds: context) }
                let (from, through) = (first ?? rough.lowerBound, last ?? rough.upperBound)
                let refined = refinement.refine(
                    rough: rough.lowerBound - from...rough.upperBound - from, curve: Array(curve[from...through]))
                let frames = refined.frames.lowerBound + from...refined.frames.upperBound + from
                return SampledSpan(frames: frames, of: times, period: period, limits: limits).during
            }
        }
    }

    /// Frames of each rough event of one stretch: opened by values at or above `open`, kept by those at or above `close`.
    private func events(_ curve: [Float], _ times: [WallTime], in stretch: ClosedRange<Int>) -> [ClosedRange<Int>] {
        let minimumOn = max(0, event.minSeconds - period)
        let hold = max(event.gapSeconds, period)
        var events: [ClosedRange<Int>] = []
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
                times[first].seconds(since: times[before.upperBound]) <= event.gapSeconds + period
            {
                events[events.count - 1] = before.lowerBound...last
            } else {
                events.append(first...last)
            }
            index += 1
        }
        return events
    }
}
