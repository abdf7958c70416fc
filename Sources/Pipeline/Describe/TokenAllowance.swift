/// How many tokens a model may still write: so many an hour, saved up to a quarter of an hour's worth. A value without a clock
/// of its own; it may be overdrawn by one answer, which then has to be paid off.
package struct TokenAllowance: Sendable {
    private let perSecond, most: Double
    private var left: Double
    private var updatedAt: ContinuousClock.Instant

    /// `perHour` tokens an hour from `now` on.
    package init(perHour: Int, at now: ContinuousClock.Instant) {
        perSecond = Double(max(0, perHour)) / 3600
        most = max(perSecond * 900, perHour > 0 ? 1 : 0)
        (left, updatedAt) = (most, now)
    }

    /// Whether an answer may begin at `now`.
    package mutating func allows(at now: ContinuousClock.Instant) -> Bool {
        let seconds = max(0, (now - updatedAt) / .seconds(1))
        left = min(most, left + seconds * perSecond)
        updatedAt = now
        return left > 0
    }

    /// Takes what an answer wrote.
    package mutating func spend(_ tokens: Int) { left -= Double(tokens) }
}
