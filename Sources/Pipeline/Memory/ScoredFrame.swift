internal import Anomaly
internal import Base
internal import Grounding

/// What was made of one analysed frame.
struct ScoredFrame: Sendable {
    /// Presentation time in UTC.
    let time: WallTime
    /// One saliency per query of the camera.
    let saliency: [Saliency]
    /// Nil while the camera's normality is being learnt.
    let anomaly: AnomalyScore?
}
