/// Turns a score over time into events, with hysteresis: a value type, no I/O, no clock of its own.
///
/// An event opens when the score has been at or above `on` for `minimumOn`, holds while it is at or above `off`, and
/// closes after `hold` of quiet, at a gap in the samples, or at its longest duration; a new rise soon after re-opens
/// it instead of making a second one.
package struct EventAutomaton: Sendable, Codable {
    /// Thresholds in score units, times in seconds.
    package struct Parameters: Sendable, Equatable, Codable {
        /// Score that starts a candidate.
        package var on: Double
        /// Score that keeps an event alive; at most ``on``.
        package var off: Double
        /// How long a candidate must stay at or above ``on``.
        package var minimumOn: Double
        /// Quiet that closes an event.
        package var hold: Double
        /// Pause between samples that closes an event.
        package var maximumGap: Double
        /// A rise within this time of an event's end re-opens it.
        package var cooldown: Double
        /// Longest event; what goes on after it is suppressed until it has been quiet for ``hold``.
        package var maximumDuration: Double

        /// Gathers the parameters.
        package init(
            on: Double, off: Double, minimumOn: Double, hold: Double, maximumGap: Double, cooldown: Double,
            maximumDuration: Double
        ) {
            precondition(off <= on, "hysteresis needs off ≤ on, not \(off) > \(on)")
            self.on = on
            self.off = off
            self.minimumOn = minimumOn
            self.hold = hold
            self.maximumGap = maximumGap
            self.cooldown = cooldown
            self.maximumDuration = maximumDuration
        }
    }

    /// An event as the automaton knows it; times are those of samples.
    package struct Interval: Sendable, Equatable, Codable {
        /// First sample at or above `on`.
        package var start: WallTime
        /// Sample at which the event was recognised.
        package var openedAt: WallTime
        /// Last sample at or above `off`.
        package var last: WallTime
        /// Highest score.
        package var peak: Double
        /// First sample with that score.
        package var peakTime: WallTime
        /// How often it was re-opened.
        package var merged: Int
    }

    /// Why an event closed.
    package enum CloseReason: String, Sendable {
        /// The score stayed low for `hold`.
        case quiet
        /// The samples paused.
        case gap
        /// It reached the longest duration.
        case longest = "max"
        /// The samples ended.
        case ended = "open"
    }

    /// What a sample did.
    package enum Change: Sendable, Equatable {
        /// A new event.
        case opened(Interval)
        /// The open event has new evidence.
        case extended(Interval)
        /// The event closed last is open again.
        case reopened(Interval)
        /// The open event ended, as seen at the given sample.
        case closed(Interval, CloseReason, at: WallTime)
    }

    private enum Phase: Sendable, Codable {
        case idle
        case candidate(Interval)
        case open(Interval)
        /// Waiting for `hold` of quiet, which began at the given sample.
        case suppressed(quietSince: WallTime?)
    }

    private let parameters: Parameters
    private var phase = Phase.idle
    private var previousSample: WallTime?
    private var mayReopen: Interval?

    /// An automaton in which nothing has happened yet.
    package init(_ parameters: Parameters) { self.parameters = parameters }

    /// Takes the next sample; times must rise.
    package mutating func advance(_ time: WallTime, _ score: Double) -> [Change] {
        var changes = closeAtGap(before: time)
        previousSample = time
        switch phase {
        case .open(let event): changes += advance(open: event, time, score)
        case .suppressed(let since): leaveSuppression(quietSince: since, time, score)
        case .idle: changes += rise(candidate: nil, time, score)
        case .candidate(let candidate): changes += rise(candidate: candidate, time, score)
        }
        return changes
    }

    /// Ends the samples: an open event closes with its last evidence.
    package mutating func finish() -> [Change] {
        defer { phase = .idle }
        guard case .open(let event) = phase, let previousSample else { return [] }
        return [.closed(event, .ended, at: previousSample)]
    }

    /// The samples pause because nothing is seen: an open event closes with its last evidence, and what comes after the
    /// pause is another event.
    package mutating func interrupt() -> [Change] {
        defer { (phase, mayReopen) = (.idle, nil) }
        guard case .open(let event) = phase, let previousSample else { return [] }
        return [.closed(event, .gap, at: previousSample)]
    }

    private mutating func closeAtGap(before time: WallTime) -> [Change] {
        guard let previousSample, time.seconds(since: previousSample) > parameters.maximumGap else { return [] }
        defer { phase = .idle }
        guard case .open(let event) = phase else { return [] }
        mayReopen = event
        return [.closed(event, .gap, at: previousSample)]
    }

    private mutating func advance(open event: Interval, _ time: WallTime, _ score: Double) -> [Change] {
        var event = event
        let isEvidence = score >= parameters.off
        if isEvidence { event.last = time }
        if score > event.peak {
            event.peak = score
            event.peakTime = time
        }
        if !isEvidence, time.seconds(since: event.last) >= parameters.hold {
            phase = .idle
            mayReopen = event
            return [.closed(event, .quiet, at: time)]
        }
        if time.seconds(since: event.start) >= parameters.maximumDuration {
            phase = .suppressed(quietSince: nil)
            mayReopen = nil
            return [.closed(event, .longest, at: time)]
        }
        phase = .open(event)
        return isEvidence ? [.extended(event)] : []
    }

    private mutating func leaveSuppression(quietSince: WallTime?, _ time: WallTime, _ score: Double) {
        guard score < parameters.off else {
            phase = .suppressed(quietSince: nil)
            return
        }
        let since = quietSince ?? time
        phase = time.seconds(since: since) >= parameters.hold ? .idle : .suppressed(quietSince: since)
    }

    private mutating func rise(candidate: Interval?, _ time: WallTime, _ score: Double) -> [Change] {
        guard score >= parameters.on else {
            phase = .idle
            return []
        }
        var event =
            candidate
            ?? Interval(start: time, openedAt: time, last: time, peak: score, peakTime: time, merged: 0)
        event.last = time
        event.openedAt = time
        if score > event.peak {
            event.peak = score
            event.peakTime = time
        }
        guard time.seconds(since: event.start) >= parameters.minimumOn else {
            phase = .candidate(event)
            return []
        }
        return [open(event)]
    }

    private mutating func open(_ event: Interval) -> Change {
        guard let before = mayReopen, event.start.seconds(since: before.last) <= parameters.cooldown else {
            phase = .open(event)
            return .opened(event)
        }
        var joined = before
        joined.last = event.last
        joined.merged += 1
        if event.peak > joined.peak {
            joined.peak = event.peak
            joined.peakTime = event.peakTime
        }
        mayReopen = nil
        phase = .open(joined)
        return .reopened(joined)
    }
}
