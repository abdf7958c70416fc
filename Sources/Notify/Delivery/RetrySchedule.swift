/// How long to wait before a notification is tried again, and when to give up. Pure: chance comes from the caller.
public struct RetrySchedule: Sendable, Equatable {
    /// The first wait; each further one is twice as long.
    public var first: Duration
    /// The longest wait.
    public var longest: Duration
    /// How much of a wait chance may take away, so that receivers that were away are not met by everybody at once.
    public var jitter: Double
    /// A notification older than this is given up.
    public var giveUpAfter: Duration

    /// From a second to a minute, for a day.
    public init(
        first: Duration = .seconds(1), longest: Duration = .seconds(60), jitter: Double = 0.5,
        giveUpAfter: Duration = .seconds(86_400)
    ) {
        (self.first, self.longest, self.jitter, self.giveUpAfter) = (first, longest, jitter, giveUpAfter)
    }

    /// The wait after a notification of this `age` failed for the `tries`th time; nil to give it up. `chance` in 0..<1
    /// takes its part of ``jitter`` away; what the receiver asks for is waited in any case, up to an hour.
    public func wait(
        afterTry tries: Int, age: Duration, isTransient: Bool, asked: Duration? = nil, chance: Double
    ) -> Duration? {
        guard isTransient, age < giveUpAfter else { return nil }
        let doublings = min(max(tries, 1) - 1, 30)
        let grown = min(first * Double(1 << doublings), max(longest, first)) * (1 - jitter * chance)
        return max(grown, min(asked ?? .zero, .seconds(3600)))
    }
}
