package import Anomaly
package import Base
package import Grounding

/// What is known of an event at one moment of its life. Later tellings of the same event replace earlier ones.
package struct EventTelling: Sendable, Equatable {
    /// Where in its life the event is.
    package enum Stage: Sendable {
        /// It has just been recognised, or goes on after it had closed.
        case opened
        /// It has new evidence.
        case extended
        /// It has ended, as far as can be said so soon.
        case closed
        /// Nothing will change it any more.
        case settled
    }

    /// Where in its life the event is.
    package let stage: Stage
    /// The event as it is known now.
    package var event: Event
    /// Its first sample of evidence: names the event among all of its camera and source.
    package let firstEvidence: WallTime
    /// Why, for an anomaly.
    package var explanation: AnomalyExplanation?
    /// By what level, for a query on a watched camera.
    package var level: QueryLevel?

    /// What is told of `event`.
    package init(
        stage: Stage, event: Event, firstEvidence: WallTime, explanation: AnomalyExplanation? = nil
    ) {
        (self.stage, self.event, self.firstEvidence) = (stage, event, firstEvidence)
        self.explanation = explanation
    }
}
