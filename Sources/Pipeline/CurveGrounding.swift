package import Base
package import Grounding

/// Spans of a recording from the saliency curves of a request's scenes: TFVTG for one scene, its condition enforced for several.
package struct CurveGrounding: Sendable {
    /// Longest span considered, in seconds; bounds the work on day-long recordings.
    static let longestSpan = 600.0

    private let constants: GroundingConstants
    private let analyseFPS: Double

    /// For curves of `analyseFPS` frames a second of the encoder that `constants` belong to.
    package init(_ constants: GroundingConstants, analyseFPS: Double) {
        (self.constants, self.analyseFPS) = (constants, analyseFPS)
    }

    /// At most `top` spans in which `condition` holds, best first. `curves` are those of its scenes, in their order, whose frames
    /// were seen at `times`; `end` is when the recording ended.
    package func moments(
        _ condition: Condition, curves: [[Float]], at times: [WallTime], end: WallTime, top: Int
    ) -> [RecordingGrounding.Moment] {
        guard let first = times.first, let last = times.last else { return [] }
        let limits = TimeSpan(start: first, end: max(end, last))
        if case .scene = condition { return localise(curves[0], times, limits, top) }
        let found = ConditionGrounding(
            condition: condition, curves: curves, times: times, limits: limits, constants: constants,
            period: 1 / analyseFPS
        ).moments()
        return found.sorted { $0.score > $1.score }.prefix(top).map { found in
            RecordingGrounding.Moment(
                start: found.during.start.seconds(since: first), end: found.during.end.seconds(since: first),
                score: found.score)
        }
    }

    /// When a live camera would have told of the scene of `curve`, and since when it would have been seen, in seconds from the first
    /// frame. Frames are those of a camera that is analysed `liveFPS` times a second, or all where they are fewer.
    package func alerts(
        _ curve: [Float], at times: [WallTime], liveFPS: Double = 1
    ) -> [(told: Double, start: Double)] {
        guard let first = times.first, let camera = CameraID("curve") else { return [] }
        let period = 1 / min(liveFPS, analyseFPS)
        var assembler = EventAssembler(
            camera: camera, clock: .file, period: period, queries: [Query("scene")], constants: constants,
            detail: .everything)
        var (alerts, due) = ([(told: Double, start: Double)](), -Double.infinity)
        for (time, value) in zip(times, curve) {
            let seconds = time.seconds(since: first)
            guard seconds >= due - 0.25 * period else { continue }
            due = max(due + period, seconds + 0.5 * period)
            let frame = ScoredFrame(time: time, saliency: [Saliency(value: value, box: .whole)], anomaly: nil)
            for telling in assembler.advance(frame) where telling.stage == .opened {
                alerts.append((seconds, telling.event.during.start.seconds(since: first)))
            }
        }
        return alerts
    }

    private func localise(
        _ saliency: [Float], _ times: [WallTime], _ limits: TimeSpan, _ top: Int
    ) -> [RecordingGrounding.Moment] {
        let localiser = TFVTG(
            .init(
                stride: 1, longest: max(2, Int(Self.longestSpan * analyseFPS)), mask: constants.mask,
                slope: constants.slope / Float(max(analyseFPS, 1)), top: 4 * top))
        let proposals = localiser.proposals(similarity: saliency)
        let apart = proposals.indices.filter { index in
            !proposals[..<index].contains { Self.covers($0.window, proposals[index].window) }
        }
        return apart.prefix(top).map { index in
            let proposal = proposals[index]
            let frames = min(proposal.risingFrom, proposal.window.lowerBound)...(proposal.window.upperBound - 1)
            let span = SampledSpan(frames: frames, of: times, period: 1 / analyseFPS, limits: limits).during
            let inside = saliency[proposal.window].map(Double.init)
            return RecordingGrounding.Moment(
                start: span.start.seconds(since: limits.start), end: span.end.seconds(since: limits.start),
                score: inside.reduce(0, +) / Double(inside.count))
        }
    }

    /// Whether `better` holds more than half of `window`, or the other way round: the same moment told twice.
    private static func covers(_ better: Range<Int>, _ window: Range<Int>) -> Bool {
        let shared = better.clamped(to: window).count
        return 2 * shared > min(better.count, window.count)
    }
}
