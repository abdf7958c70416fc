internal import Anomaly
internal import Base

/// One camera's anomaly scores while its frames come: judged by the camera's past, or, for a recording of a camera
/// without one, by the recording itself up to each frame.
struct AnomalyWatch: Sendable {
    /// What is normal for the camera; learns in either case.
    private(set) var model: AnomalyModel
    /// Judges a recording against itself.
    private var itself: NormalityModel?
    /// Whether what is learnt is to be kept.
    let keeps: Bool
    /// How ratios of score and threshold become events.
    let automaton: EventAutomaton.Parameters
    /// The pooled past of the site's other cameras.
    var site: ExceedanceGrid?

    init(_ model: AnomalyModel, itself: NormalityModel? = nil, keeps: Bool, period: Double) {
        self.model = model
        self.itself = itself
        self.keeps = keeps
        // A score that nothing smooths needs no time to rise, and a recording has no time to lose.
        automaton =
            itself == nil
            ? model.constants.automaton
            : EventAutomaton.Parameters(
                on: 1, off: 0.8, minimumOn: 0, hold: max(5, period), maximumGap: max(10, 5 * period), cooldown: 10,
                maximumDuration: 1800)
    }

    /// Whether frames are judged by the recording that they belong to.
    var judgesItself: Bool { itself != nil }

    /// Scores the next frame; nil while nothing is known.
    mutating func observe(_ encoding: FrameEncoding, chroma: Double?) -> AnomalyScore? {
        let reading = model.observe(AnomalyFrame(encoding: encoding, chroma: chroma), site: site)
        return itself == nil ? reading?.score : itself?.observe(encoding)
    }

    /// Forgets what was seen in `span`.
    mutating func forget(seenIn span: TimeSpan) { model.forget(seenIn: span) }

    /// Takes a verdict on an event whose frames were stored.
    mutating func judge(_ verdict: GivenVerdict, frames: [FrameEncoding]) {
        model.judge(
            verdict.verdict, during: verdict.during, frames: frames.map { AnomalyFrame(encoding: $0) },
            number: verdict.number)
    }
}
