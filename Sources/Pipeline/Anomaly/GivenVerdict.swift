public import Anomaly
public import Base
public import Store

/// What somebody said about an event.
public struct GivenVerdict: Sendable, Equatable {
    /// What the event was of.
    public enum Subject: Sendable, Equatable {
        /// An anomaly.
        case anomaly
        /// The query of this name.
        case query(String)
    }

    /// What the event was of.
    public let subject: Subject
    /// Grows from verdict to verdict.
    public let number: Int64
    /// The event's span.
    public let during: TimeSpan
    /// What was said.
    public let verdict: AnomalyVerdict

    /// A stored verdict; nil for one on a span in which the camera was not watched.
    public init?(_ record: VerdictRecord) {
        guard let verdict = AnomalyVerdict(rawValue: record.verdict) else { return nil }
        switch (record.kind, record.query) {
        case ("anomaly", _): subject = .anomaly
        case ("query", let query?): subject = .query(query)
        default: return nil
        }
        number = record.number
        during = record.during
        self.verdict = verdict
    }
}
