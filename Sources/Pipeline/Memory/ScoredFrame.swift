package import Anomaly
package import Base
package import Grounding

/// What was made of one analysed frame.
package struct ScoredFrame: Sendable {
    /// Presentation time in UTC.
    package let time: WallTime
    /// One saliency per query of the camera.
    package let saliency: [Saliency]
    /// Nil while the camera's normality is being learnt.
    package let anomaly: AnomalyScore?

    /// Gathers the scores of one frame.
    package init(time: WallTime, saliency: [Saliency], anomaly: AnomalyScore?) {
        self.time = time
        self.saliency = saliency
        self.anomaly = anomaly
    }
}
