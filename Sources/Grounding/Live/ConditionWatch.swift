public import Base

/// Enforces a ``Condition`` on a live stream: takes the spans of its scenes while they grow, and tells each match once,
/// while it lasts and when it is over.
///
/// What it tells in the end is what ``ConditionMatcher`` finds on the whole recording. It remembers spans for a bounded time
/// and in bounded number; a step looks only at those.
public struct ConditionWatch: Sendable {
    /// What a step has to tell.
    public enum Change: Sendable, Equatable {
        /// A match that may still grow.
        case opened(ConditionMatcher.Match)
        /// The match told last with this start reaches further.
        case extended(ConditionMatcher.Match)
        /// A match that cannot change any more.
        case closed(ConditionMatcher.Match)
        /// The match that was opened at this start did not hold after all: a scene's span was corrected.
        case withdrawn(start: WallTime)
    }

    /// Spans remembered of each scene at most.
    public static let mostSpans = 4096

    private let condition: Condition
    private let matcher: ConditionMatcher
    private let horizon: Double
    private let isTellable: Bool
    private var scenes: [String: [TimeSpan]] = [:]
    private var growing: [String: TimeSpan] = [:]
    private var watched: [TimeSpan] = []
    private var told: [ConditionMatcher.Match] = []
    private var settled: WallTime?

    /// A watch in which nothing has been seen yet.
    public init(_ condition: Condition, _ matcher: ConditionMatcher = ConditionMatcher()) {
        self.condition = condition
        self.matcher = matcher
        horizon = condition.reach(pause: matcher.pause) + 10 * matcher.tolerance
        isTellable = condition.isTellable
    }

    /// A scene was seen from `span`'s start until its end so far; `isOver` when that is its final form. Spans of a scene come
    /// in order.
    public mutating func see(_ scene: String, _ span: TimeSpan, isOver: Bool) {
        if isOver {
            growing[scene] = nil
            scenes[scene, default: []].append(span)
            if scenes[scene, default: []].count > Self.mostSpans { scenes[scene]?.removeFirst() }
        } else {
            growing[scene] = span
        }
    }

    /// The camera was watched until `now`, from `since` on when that is later than what was watched before: a gap is never
    /// bridged. Scenes that begin before `settled` are known; give the time before which no span can begin or change any
    /// more. Gives what there is to tell.
    public mutating func advance(watchedSince since: WallTime, to now: WallTime, settled: WallTime) -> [Change] {
        if let last = watched.last, since <= last.end {
            watched[watched.count - 1] = TimeSpan(start: last.start, end: max(last.end, now))
        } else if since < now {
            watched.append(TimeSpan(start: since, end: now))
        }
        return tell(settled: ([settled, now] + growing.values.map(\.start)).min() ?? now)
    }

    /// The stream ended: everything seen is final.
    public mutating func finish() -> [Change] {
        for (scene, span) in growing { see(scene, span, isOver: true) }
        return tell(settled: nil)
    }

    private mutating func tell(settled: WallTime?) -> [Change] {
        var all = scenes
        for (scene, span) in growing { all[scene, default: []].append(span) }
        var changes: [Change] = []
        var open: [ConditionMatcher.Match] = []
        for match in matcher.matches(condition, scenes: all, watched: watched) {
            if let before = self.settled, match.during.end < before { continue }  // told as closed
            let isFinal = settled.map { match.during.end < $0 } ?? true
            let known = told.first { $0.during.start == match.during.start }
            if isFinal {
                changes.append(.closed(match))
            } else if isTellable {
                open.append(match)
                if let known {
                    if known != match { changes.append(.extended(match)) }
                } else {
                    changes.append(.opened(match))
                }
            }
        }
        for match in told where !open.contains(where: { $0.during.start == match.during.start }) {
            let isClosed = changes.contains {
                if case .closed(let closed) = $0 { closed.during.start == match.during.start } else { false }
            }
            if !isClosed { changes.append(.withdrawn(start: match.during.start)) }
        }
        told = open
        if let settled {
            self.settled = max(settled, self.settled ?? settled)
            forget(before: settled)
        }
        return changes
    }

    /// Drops what no later match can rest on: everything before a stretch so quiet that nothing reaches across it, and before
    /// what is being told.
    private mutating func forget(before settled: WallTime) {
        guard scenes.values.reduce(0, { $0 + $1.count }) > 32 || watched.count > 32 else { return }
        let limit = min(settled, told.map(\.during.start).min() ?? settled)
        let busy = SpanAlgebra.merged(scenes.values.flatMap(\.self).filter { $0.start < limit })
        var quiet = busy.first?.start ?? limit
        for (before, after) in zip(busy, busy.dropFirst()) where after.start.seconds(since: before.end) > horizon {
            quiet = after.start
        }
        if let last = busy.last, limit.seconds(since: last.end) > horizon { quiet = limit }
        let end = quiet.advanced(bySeconds: -horizon)
        let dropped = scenes.values.flatMap(\.self).filter { $0.end < end }.map(\.end).max()
        for scene in scenes.keys { scenes[scene]?.removeAll { $0.end < end } }
        watched.removeAll { $0.end < end }
        if watched.count > Self.mostSpans { watched.removeFirst(watched.count - Self.mostSpans) }
        // An absence began, at the latest, where what was dropped ended.
        if let dropped, let first = watched.first, first.start < dropped, dropped < first.end {
            watched[0] = TimeSpan(start: dropped, end: first.end)
        }
    }
}

extension Condition {
    /// Seconds back from a match's end within which the spans that it rests on end.
    func reach(pause: Double) -> Double {
        switch self {
        case .scene: 0
        case .absence(let inner): inner.reach(pause: pause)
        case .both(let first, let second), .either(let first, let second), .without(let first, let second):
            max(first.reach(pause: pause), second.reach(pause: pause))
        case .sequence(let parts, let within):
            parts.reduce(0) { $0 + $1.reach(pause: pause) + (within ?? pause) }
        case .lasting(let inner, let seconds), .brief(let inner, let seconds): inner.reach(pause: pause) + seconds
        case .repeated(let inner, let times, let within):
            inner.reach(pause: pause) + (within ?? pause) * Double(max(1, times))
        }
    }

    /// Whether a match may be told before it is over: not when something seen later can undo it.
    var isTellable: Bool {
        switch self {
        case .scene: true
        case .without, .brief: false
        case .absence(let inner), .lasting(let inner, _), .repeated(let inner, _, _): inner.isTellable
        case .both(let first, let second), .either(let first, let second): first.isTellable && second.isTellable
        case .sequence(let parts, _): parts.allSatisfy(\.isTellable)
        }
    }
}
