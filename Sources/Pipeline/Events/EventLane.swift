internal import Anomaly
internal import Base
internal import Grounding

/// One source of events of one camera: its automaton, and the event that closed last and may still be re-opened.
struct EventLane: Sendable {
    /// What the lane watches.
    enum Kind: Sendable, Equatable {
        /// The saliency of the camera's n-th query.
        case query(Int)
        /// The anomaly score over its threshold.
        case anomaly
    }

    /// What became of an event of this lane.
    enum Change: Sendable, Equatable {
        /// A new event, or the one closed last goes on.
        case opened(EventAutomaton.Interval)
        /// The open event has new evidence.
        case extended(EventAutomaton.Interval)
        /// The event has no evidence any more; it may still be re-opened.
        case closed(EventAutomaton.Interval)
        /// The event can no longer change.
        case settled(EventAutomaton.Interval)
    }

    let kind: Kind
    private let cooldown: Double
    private var automaton: EventAutomaton
    private var closed: EventAutomaton.Interval?

    init(_ kind: Kind, _ parameters: EventAutomaton.Parameters) {
        self.kind = kind
        cooldown = parameters.cooldown
        automaton = EventAutomaton(parameters)
    }

    /// The same lane, with its open event, for the query that is now the camera's n-th.
    init(_ lane: EventLane, nowQuery index: Int) {
        (kind, cooldown, automaton, closed) = (.query(index), lane.cooldown, lane.automaton, lane.closed)
    }

    /// Takes the next frame.
    mutating func advance(_ frame: ScoredFrame) -> [Change] {
        guard let score = score(of: frame) else { return [] }
        var changes: [Change] = []
        for change in automaton.advance(frame.time, score) { changes += apply(change) }
        // A candidate that re-opens the event begins within the cooldown, so one more cooldown settles it.
        if let event = closed, frame.time.seconds(since: event.last) > 2 * cooldown + 10 { changes += settle() }
        return changes
    }

    /// Nothing is seen for a while: what was open ends.
    mutating func interrupt() -> [Change] {
        var changes: [Change] = []
        for change in automaton.interrupt() { changes += apply(change) }
        return changes + settle()
    }

    /// The frames ended: settles what was open or might have been re-opened.
    mutating func finish() -> [Change] {
        var changes: [Change] = []
        for change in automaton.finish() { changes += apply(change) }
        return changes + settle()
    }

    private func score(of frame: ScoredFrame) -> Double? {
        switch kind {
        case .query(let index): Double(frame.saliency[index].value)
        case .anomaly: frame.anomaly?.ratio
        }
    }

    private mutating func apply(_ change: EventAutomaton.Change) -> [Change] {
        switch change {
        case .opened(let event): return settle() + [.opened(event)]
        case .extended(let event): return [.extended(event)]
        case .reopened(let event):
            closed = nil
            return [.opened(event)]
        case .closed(let event, _, _):
            let before = settle()
            closed = event
            return before + [.closed(event)]
        }
    }

    private mutating func settle() -> [Change] {
        defer { closed = nil }
        return closed.map { [.settled($0)] } ?? []
    }
}
