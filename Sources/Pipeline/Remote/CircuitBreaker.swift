/// Decides whether an endpoint is asked: after failures in a row it is left alone for a while, then one real request tries
/// it. Pure: time comes from the caller.
public struct CircuitBreaker: Sendable, Equatable {
    /// How it stands.
    public enum State: Sendable, Equatable {
        /// Requests go through.
        case closed
        /// Nothing goes through until then.
        case open(until: ContinuousClock.Instant)
        /// One request tries it.
        case trying
    }

    private let failureLimit: Int
    private let shortest, longest: Duration
    private var failures = 0
    /// How it stands.
    public private(set) var state = State.closed

    /// A closed breaker that opens after `failureLimit` failures in a row, for `shortest` at first and twice as long after
    /// each further failure, `longest` at most.
    public init(failureLimit: Int = 2, shortest: Duration = .seconds(5), longest: Duration = .seconds(300)) {
        (self.failureLimit, self.shortest, self.longest) = (max(1, failureLimit), shortest, longest)
    }

    /// Whether a request would go through at `now`.
    public func allows(at now: ContinuousClock.Instant) -> Bool {
        switch state {
        case .closed: true
        case .open(let until): now >= until
        case .trying: false
        }
    }

    /// Takes a request; false when none may go through.
    public mutating func begin(at now: ContinuousClock.Instant) -> Bool {
        guard allows(at: now) else { return false }
        if case .open = state { state = .trying }
        return true
    }

    /// A request was answered.
    public mutating func succeed() { (failures, state) = (0, .closed) }

    /// A request failed at `now`; `asked` is how long the endpoint asks to be left alone.
    public mutating func fail(at now: ContinuousClock.Instant, asked: Duration? = nil) {
        failures += 1
        guard failures >= failureLimit || asked != nil || state == .trying else { return }
        let doublings = min(max(0, failures - failureLimit), 20)
        let wait = max(min(shortest * Double(1 << doublings), longest), asked ?? .zero)
        state = .open(until: now + wait)
    }

    /// A request ended without telling anything about the endpoint.
    public mutating func abandon(at now: ContinuousClock.Instant) {
        if state == .trying { state = .open(until: now) }
    }
}
