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

    let kind: Kind
    private let cooldown: Double
    private var automaton: EventAutomaton
    private var closed: EventAutomaton.Interval?

    init(_ kind: Kind, _ parameters: EventAutomaton.Parameters) {
        self.kind = kind
        cooldown = parameters.cooldown
        automaton = EventAutomaton(parameters)
    }

    /// Takes the next frame; gives intervals that can no longer change.
    mutating func advance(_ frame: ScoredFrame) -> [EventAutomaton.Interval] {
        guard let score = score(of: frame) else { return [] }
        var finished: [EventAutomaton.Interval] = []
        for change in automaton.advance(frame.time, score) { finished += apply(change) }
        // A candidate that re-opens the event begins within the cooldown, so one more cooldown settles it.
        if let event = closed, frame.time.seconds(since: event.last) > 2 * cooldown + 10 { finished += release() }
        return finished
    }

    /// The frames ended: gives what was open or might have been re-opened.
    mutating func finish() -> [EventAutomaton.Interval] {
        var finished: [EventAutomaton.Interval] = []
        for change in automaton.finish() { finished += apply(change) }
        return finished + release()
    }

    private func score(of frame: ScoredFrame) -> Double? {
        switch kind {
        case .query(let index): Double(frame.saliency[index].value)
        case .anomaly: frame.anomaly?.ratio
        }
    }

    private mutating func apply(_ change: EventAutomaton.Change) -> [EventAutomaton.Interval] {
        switch change {
        case .opened: return release()
        case .extended: return []
        case .reopened:
            closed = nil
            return []
        case .closed(let event, _, _):
            let before = release()
            closed = event
            return before
        }
    }

    private mutating func release() -> [EventAutomaton.Interval] {
        defer { closed = nil }
        return closed.map { [$0] } ?? []
    }
}
