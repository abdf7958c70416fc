internal import Base
internal import Grounding

/// One query that joins several scenes: its condition enforced on the events of those scenes, told as events of its own.
struct ConditionLane: Sendable {
    /// Events of scenes remembered for the score and the place of a match.
    private static let remembered = 256

    let query: WatchedQuery
    private let camera: CameraID
    private let detail: EventAssembler.Detail
    private var watch: ConditionWatch
    private var open: [WallTime: Open] = [:]
    private var evidence: [Event] = []

    private struct Open: Sendable {
        var telling: EventTelling
        var pace = ExtensionPace()
    }

    init(_ query: WatchedQuery, camera: CameraID, period: Double, detail: EventAssembler.Detail) {
        self.query = query
        self.camera = camera
        self.detail = detail
        watch = ConditionWatch(query.condition, ConditionMatcher(tolerance: period))
    }

    /// A telling of one of its scenes.
    mutating func see(_ scene: String, _ telling: EventTelling) {
        let isOver = telling.stage == .settled
        watch.see(scene, telling.event.during, isOver: isOver)
        guard isOver else { return }
        evidence.append(telling.event)
        if evidence.count > Self.remembered { evidence.removeFirst() }
    }

    /// The camera was watched from `since` to `now`; nothing before `settled` can change any more.
    mutating func advance(since: WallTime, to now: WallTime, settled: WallTime, clock: ClockSource) -> [EventTelling] {
        tellings(watch.advance(watchedSince: since, to: now, settled: settled), clock)
    }

    /// Nothing more will be seen.
    mutating func finish(clock: ClockSource) -> [EventTelling] { tellings(watch.finish(), clock) }

    private mutating func tellings(_ changes: [ConditionWatch.Change], _ clock: ClockSource) -> [EventTelling] {
        changes.compactMap { change in
            switch change {
            case .opened(let match):
                let opened = telling(.opened, match, clock)
                open[match.during.start] = Open(telling: opened)
                return detail == .everything ? opened : nil
            case .extended(let match):
                let extended = telling(.extended, match, clock)
                var known = open[match.during.start] ?? Open(telling: extended)
                known.telling = extended
                let isDue = known.pace.isDue(start: match.during.start, end: match.during.end)
                open[match.during.start] = known
                return detail == .everything && isDue ? extended : nil
            case .closed(let match):
                open[match.during.start] = nil
                return telling(.settled, match, clock)
            case .withdrawn(let start):
                // What was told stays told, as far as it went: somebody may have acted on it.
                guard let known = open.removeValue(forKey: start), detail == .everything else { return nil }
                var event = known.telling.event
                event.isOpen = false
                return EventTelling(stage: .settled, event: event, firstEvidence: start)
            }
        }
    }

    private func telling(
        _ stage: EventTelling.Stage, _ match: ConditionMatcher.Match, _ clock: ClockSource
    ) -> EventTelling {
        let seen = evidence.filter { $0.during.overlaps(match.during) }
        let score = seen.isEmpty ? 1 : seen.reduce(0) { $0 + $1.score } / Double(seen.count)
        let best = seen.max { $0.score < $1.score }
        let end = max(match.during.end, match.during.start.advanced(bySeconds: 0.001))
        let event = Event(
            camera: camera, source: .query(name: query.query.name, text: query.query.text),
            during: TimeSpan(start: match.during.start, end: end), startError: best?.startError ?? 0,
            endError: best?.endError ?? 0, isOpen: stage != .settled, score: score,
            anomalyScore: seen.compactMap(\.anomalyScore).max(), box: best?.box, clock: clock)
        return EventTelling(stage: stage, event: event, firstEvidence: match.during.start)
    }
}
