/// Decides how long to wait before a camera is tried again, for ever.
///
/// The wait is a share of how long the camera has been away, so it grows exponentially, and a camera is found again
/// within that share of its absence: after half a minute within a second, after an hour within a minute. Pure: time and
/// chance come from the caller.
public struct Backoff: Sendable, Equatable {
    /// The numbers.
    public struct Policy: Sendable, Equatable {
        /// Shortest wait.
        public var shortest: Duration
        /// Longest wait; also the wait after a wrong password, since cameras lock accounts that try often.
        public var longest: Duration
        /// The wait as a share of the time since the camera was lost.
        public var growth: Double
        /// How much of a wait chance may take away, so that cameras behind one switch do not return together.
        public var jitter: Double
        /// A connection that lived this long ends the outage before it.
        public var healthy: Duration

        /// A policy; see the properties.
        public init(
            shortest: Duration = .seconds(1), longest: Duration = .seconds(60), growth: Double = 0.03,
            jitter: Double = 0.5, healthy: Duration = .seconds(60)
        ) {
            self.shortest = shortest
            self.longest = longest
            self.growth = growth
            self.jitter = jitter
            self.healthy = healthy
        }

        /// Every impossible value, as a sentence each; empty when all is well.
        public func validate() -> [String] {
            var problems: [String] = []
            if shortest < .milliseconds(10) || longest < shortest {
                problems.append("the shortest wait must be at least 0.01 s and not above the longest")
            }
            if !(growth > 0 && growth <= 10) { problems.append("the wait's growth must lie in 0–10") }
            if !(0...0.9).contains(jitter) { problems.append("the wait's jitter must lie in 0–0.9") }
            return problems
        }
    }

    private let policy: Policy
    private var failingSince: Duration?
    private var liveSince: Duration?

    /// A back-off that has seen nothing yet.
    public init(_ policy: Policy = Policy()) { self.policy = policy }

    /// The camera delivers since `now`, a time on a clock that never jumps.
    public mutating func connected(at now: Duration) { liveSince = now }

    /// How long to wait after an attempt or a connection failed at `now`. `chance` in 0..<1 takes its part of
    /// `jitter` away.
    public mutating func wait(afterFailureAt now: Duration, isUnauthorized: Bool, chance: Double) -> Duration {
        if let liveSince, now - liveSince >= policy.healthy { failingSince = nil }
        liveSince = nil
        let since = failingSince ?? now
        failingSince = since
        let grown = min(max((now - since) * policy.growth, policy.shortest), policy.longest)
        return (isUnauthorized ? policy.longest : grown) * (1 - policy.jitter * chance)
    }
}
