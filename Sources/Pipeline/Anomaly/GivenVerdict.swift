public import Anomaly
public import Base
public import Store

/// What somebody said about an anomaly event.
public struct GivenVerdict: Sendable, Equatable {
    /// Grows from verdict to verdict.
    public let number: Int64
    /// The event's span.
    public let during: TimeSpan
    /// What was said.
    public let verdict: AnomalyVerdict

    /// A stored verdict; nil for one on an event of another kind.
    public init?(_ record: VerdictRecord) {
        guard record.kind == "anomaly", let verdict = AnomalyVerdict(rawValue: record.verdict) else { return nil }
        number = record.number
        during = record.during
        self.verdict = verdict
    }
}
