/// The lowest threshold whose alarms stay within a budget, counted on a history of scores.
///
/// Alarms are *events*: scores at or above the threshold whose pauses are at most the cooldown are one. Candidates are
/// the scores seen, from the highest downwards, as long as their count is within budget × days; the last accepted wins.
public struct AlarmBudget: Sendable, Equatable {
    /// The threshold.
    public let threshold: Double
    /// Alarms that it would have raised in the history.
    public let count: Int

    /// `samples` in order of time (seconds) with their scores. nil when even the highest score is over the budget.
    public init?(samples: [(seconds: Double, score: Double)], cooldown: Double, perDay: Double, days: Double) {
        let allowed = perDay * days
        var accepted: (Double, Int)?
        for candidate in Set(samples.map(\.score)).sorted(by: >) {
            let count = Self.declustered(samples, threshold: candidate, cooldown: cooldown)
            guard Double(count) <= allowed else { break }
            accepted = (candidate, count)
        }
        guard let accepted else { return nil }
        (threshold, count) = accepted
    }

    /// Number of events: runs of samples at or above `threshold` with pauses longer than `cooldown` seconds between.
    public static func declustered(
        _ samples: [(seconds: Double, score: Double)], threshold: Double, cooldown: Double
    ) -> Int {
        var (count, last) = (0, -Double.infinity)
        for sample in samples where sample.score >= threshold {
            if sample.seconds - last > cooldown { count += 1 }
            last = sample.seconds
        }
        return count
    }
}
