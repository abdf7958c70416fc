internal import Base
internal import Grounding

/// The spans of a recording in which a condition on several scenes holds.
struct ConditionGrounding {
    let condition: Condition
    /// One curve for each of the condition's scenes, in their order.
    let curves: [[Float]]
    let times: [WallTime]
    let limits: TimeSpan
    let constants: GroundingConstants
    let period: Double

    /// Spans with the mean, inside, of how well the condition holds frame by frame; in order.
    func moments() -> [(during: TimeSpan, score: Double)] {
        let spans = RecordedSpans(constants, period: period)
        let watched = spans.stretches(times).map { stretch in
            SampledSpan(frames: stretch, of: times, period: period, limits: limits).during
        }
        let scenes = zip(condition.scenes, curves).map { ($0, spans.spans(of: $1, at: times, limits: limits)) }
        let matches = ConditionMatcher(tolerance: period).matches(
            condition, scenes: Dictionary(scenes) { first, _ in first }, watched: watched)
        return matches.map { match in
            let frames = times.indices.filter { times[$0] >= match.during.start && times[$0] < match.during.end }
            let sum = frames.reduce(0.0) { $0 + strength(of: condition, at: $1) }
            return (match.during, sum / Double(max(frames.count, 1)))
        }
    }

    /// How well the condition holds at one frame, 0…1, whatever it asks of time.
    private func strength(of condition: Condition, at frame: Int) -> Double {
        switch condition {
        case .scene(let text):
            self.condition.scenes.firstIndex(of: text).map { Double(curves[$0][frame]) } ?? 0
        case .absence(let inner): 1 - strength(of: inner, at: frame)
        case .both(let first, let second):
            min(strength(of: first, at: frame), strength(of: second, at: frame))
        case .either(let first, let second):
            max(strength(of: first, at: frame), strength(of: second, at: frame))
        case .without(let first, _): strength(of: first, at: frame)
        case .sequence(let parts, _): parts.map { strength(of: $0, at: frame) }.max() ?? 0
        case .lasting(let inner, _), .brief(let inner, _), .repeated(let inner, _, _): strength(of: inner, at: frame)
        }
    }
}
