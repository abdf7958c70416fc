internal import Anomaly
package import Base
package import Grounding

/// Turns one camera's scored frames into events and tells of them: one automaton per query and one for the anomaly lane.
package struct EventAssembler: Sendable {
    /// What is told.
    package enum Detail: Sendable {
        /// Events that can no longer change: enough for a recording.
        case settledOnly
        /// Each event from its opening on: for a camera that people watch.
        case everything
    }

    /// Frames remembered, two hours at one a second: an event's ends are refined as long as it fits in here.
    private static let memoryCapacity = 7200

    private let camera: CameraID
    private let period: Double
    private let detail: Detail
    private let refinement: SpanRefinement
    private let parameters: EventAutomaton.Parameters
    private var clock: ClockSource
    private var queries: [Query]
    private var memory = RollingMemory(capacity: memoryCapacity)
    private var lanes: [EventLane]
    private var paces: [ExtensionPace]
    private var stretches = WatchedStretches()
    /// The lane that began the anomaly whose first evidence has this time: an event keeps it while others join.
    private var anomalyLane: (start: WallTime, name: String)?

    /// An assembler for frames about `period` seconds apart.
    package init(
        camera: CameraID, clock: ClockSource, period: Double, queries: [Query], constants: GroundingConstants,
        detail: Detail = .settledOnly
    ) {
        self.camera = camera
        self.clock = clock
        self.period = period
        self.queries = queries
        self.detail = detail
        refinement = SpanRefinement(constants)
        let query = EventAutomaton.Parameters(
            on: constants.event.open, off: constants.event.close,
            minimumOn: max(0, constants.event.minSeconds - period), hold: max(constants.event.gapSeconds, period),
            maximumGap: max(10, 5 * period), cooldown: constants.event.gapSeconds + period, maximumDuration: 86_400)
        let anomaly = EventAutomaton.Parameters(
            on: 1, off: 0.8, minimumOn: 0, hold: max(5, period), maximumGap: max(10, 5 * period), cooldown: 10,
            maximumDuration: 1800)
        parameters = query
        lanes = queries.indices.map { EventLane(.query($0), query) } + [EventLane(.anomaly, anomaly)]
        paces = lanes.map { _ in ExtensionPace() }
    }

    /// Takes anomalies as `parameters` say, from the first frame on.
    package mutating func watchAnomalies(_ parameters: EventAutomaton.Parameters) {
        lanes[lanes.count - 1] = EventLane(.anomaly, parameters)
    }

    /// Seconds after which nothing that was seen can change any more, unless its event is still open.
    package var settlingSeconds: Double {
        2 * parameters.cooldown + 10 + SpanRefinement.context + 2 * period
    }

    /// Takes the next frame, whose time comes from `clock`; gives what there is to tell.
    package mutating func advance(_ frame: ScoredFrame, clock: ClockSource? = nil) -> [EventTelling] {
        self.clock = clock ?? self.clock
        stretches.extend(to: frame.time)
        memory.append(frame)
        return lanes.indices.flatMap { index in tellings(of: index, lanes[index].advance(frame)) }
    }

    /// Nothing was seen after the last frame, for whatever reason: open events end, and none goes on afterwards.
    package mutating func interrupt() -> [EventTelling] {
        let told = lanes.indices.flatMap { index in tellings(of: index, lanes[index].interrupt()) }
        stretches.end()
        return told
    }

    /// The frames ended at `end`: gives the events that were still open or could have been re-opened.
    package mutating func finish(at end: WallTime) -> [EventTelling] {
        stretches.lengthen(to: end)
        return lanes.indices.flatMap { index in tellings(of: index, lanes[index].finish()) }
    }

    /// Watches for `new` from the next frame on. Events of queries that stay go on; those of others end now.
    package mutating func replaceQueries(_ new: [Query]) -> [EventTelling] {
        let sources = new.map { queries.firstIndex(of: $0) }
        var told: [EventTelling] = []
        for index in queries.indices where !sources.contains(index) {
            told += tellings(of: index, lanes[index].finish())
        }
        memory.rewrite { frame in
            let saliency = sources.map { source in
                source.map { frame.saliency[$0] } ?? Saliency(value: 0, box: .whole)
            }
            return ScoredFrame(time: frame.time, saliency: saliency, anomaly: frame.anomaly)
        }
        let (oldLanes, oldPaces) = (lanes, paces)
        lanes = sources.enumerated().map { index, source in
            source.map { EventLane(oldLanes[$0], nowQuery: index) } ?? EventLane(.query(index), parameters)
        }
        paces = sources.map { source in source.map { oldPaces[$0] } ?? ExtensionPace() }
        lanes += oldLanes.suffix(1)
        paces += oldPaces.suffix(1)
        queries = new
        return told
    }

    private mutating func tellings(of lane: Int, _ changes: [EventLane.Change]) -> [EventTelling] {
        changes.compactMap { change in
            switch change {
            case .settled(let interval): return refined(.settled, interval, of: lanes[lane].kind)
            case .closed(let interval) where detail == .everything:
                return refined(.closed, interval, of: lanes[lane].kind)
            case .opened(let interval) where detail == .everything:
                paces[lane].told(end: interval.last)
                return rough(.opened, interval, of: lanes[lane].kind)
            case .extended(let interval) where detail == .everything:
                guard paces[lane].isDue(start: interval.start, end: interval.last) else { return nil }
                return rough(.extended, interval, of: lanes[lane].kind)
            default: return nil
            }
        }
    }
}

// MARK: - spans

extension EventAssembler {
    /// The event with its ends where the curve says they are.
    private mutating func refined(
        _ stage: EventTelling.Stage, _ interval: EventAutomaton.Interval, of kind: EventLane.Kind
    ) -> EventTelling {
        telling(stage, interval, of: kind, context: SpanRefinement.context, isOpen: false)
    }

    /// The open event as far as its evidence goes.
    private mutating func rough(
        _ stage: EventTelling.Stage, _ interval: EventAutomaton.Interval, of kind: EventLane.Kind
    ) -> EventTelling {
        telling(stage, interval, of: kind, context: 2 * period, isOpen: true)
    }

    private mutating func telling(
        _ stage: EventTelling.Stage, _ interval: EventAutomaton.Interval, of kind: EventLane.Kind, context: Double,
        isOpen: Bool
    ) -> EventTelling {
        let limits = stretches.stretch(around: interval.start, through: interval.last)
        let frames = Array(
            memory.frames(
                from: max(limits.start, interval.start.advanced(bySeconds: -context)),
                through: min(limits.end, interval.last.advanced(bySeconds: context))))
        let first = frames.firstIndex { $0.time >= interval.start } ?? 0
        let last = frames.lastIndex { $0.time <= interval.last } ?? first
        let rough = first...max(first, last)
        let isWhole = frames[first].time == interval.start
        var (chosen, score) = (rough, interval.peak)
        if case .query(let query) = kind, isWhole, !isOpen {
            (chosen, score) = refinement.refine(rough: rough, curve: frames.map { $0.saliency[query].value })
        }
        let span = SampledSpan(frames: chosen, of: frames.map(\.time), period: period, limits: limits)
        let during = isWhole ? span.during : TimeSpan(start: interval.start, end: span.during.end)
        let inside = frames[chosen]
        let peak = inside.first { $0.time == interval.peakTime } ?? frames[chosen.lowerBound]
        let anomaly = inside.compactMap(\.anomaly).max { $0.value < $1.value }
        let (source, box): (Event.Source, Box?)
        var explanation: AnomalyExplanation?
        switch kind {
        case .query(let query):
            source = .query(name: queries[query].name, text: queries[query].text)
            box = peak.saliency[query].box
        case .anomaly:
            if anomalyLane?.start != interval.start {
                anomalyLane = (interval.start, (frames[first].anomaly?.lane ?? .normality).rawValue)
            }
            explanation = Self.explanation(inside, peak)
            (source, box) = (.anomaly(lane: anomalyLane?.name ?? ""), explanation?.box ?? peak.anomaly?.box)
            score = 1 - (peak.anomaly?.pValue ?? 1)
        }
        let event = Event(
            camera: camera, source: source, during: during, startError: span.startError, endError: span.endError,
            isOpen: isOpen, score: score, anomalyScore: anomaly?.value, box: box, clock: clock)
        return EventTelling(stage: stage, event: event, firstEvidence: interval.start, explanation: explanation)
    }

    /// Why: of the frame with the highest score that has a reason.
    private static func explanation(_ frames: ArraySlice<ScoredFrame>, _ peak: ScoredFrame) -> AnomalyExplanation? {
        if let own = peak.anomaly?.explanation { return own }
        return frames.compactMap(\.anomaly).filter { $0.explanation != nil }.max { $0.ratio < $1.ratio }?.explanation
    }
}
