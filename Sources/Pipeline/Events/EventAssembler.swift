internal import Anomaly
package import Base
package import Grounding

/// Turns one camera's scored frames into finished events: one automaton per query and one for the anomaly lane.
package struct EventAssembler: Sendable {
    /// Frames remembered, two hours at one a second: an event's ends are refined as long as it fits in here.
    private static let memoryCapacity = 7200

    private let camera: CameraID
    private let clock: ClockSource
    private let period: Double
    private let queries: [Query]
    private let refinement: SpanRefinement
    private var memory = RollingMemory(capacity: memoryCapacity)
    private var lanes: [EventLane]
    private var begin: WallTime?
    private var latest: WallTime?

    /// An assembler for frames about `period` seconds apart.
    package init(camera: CameraID, clock: ClockSource, period: Double, queries: [Query], constants: GroundingConstants)
    {
        self.camera = camera
        self.clock = clock
        self.period = period
        self.queries = queries
        refinement = SpanRefinement(constants)
        let query = EventAutomaton.Parameters(
            on: constants.event.open, off: constants.event.close,
            minimumOn: max(0, constants.event.minSeconds - period), hold: max(constants.event.gapSeconds, period),
            maximumGap: max(10, 5 * period), cooldown: constants.event.gapSeconds + period, maximumDuration: 86_400)
        let anomaly = EventAutomaton.Parameters(
            on: 1, off: 0.8, minimumOn: 0, hold: max(5, period), maximumGap: max(10, 5 * period), cooldown: 10,
            maximumDuration: 1800)
        lanes = queries.indices.map { EventLane(.query($0), query) } + [EventLane(.anomaly, anomaly)]
    }

    /// Takes the next frame; gives the events that are finished now.
    package mutating func advance(_ frame: ScoredFrame) -> [Event] {
        begin = begin ?? frame.time
        latest = frame.time
        memory.append(frame)
        let limits = TimeSpan(start: begin ?? frame.time, end: frame.time)
        return lanes.indices.flatMap { index -> [Event] in
            let finished = lanes[index].advance(frame)
            return finished.map { event($0, of: lanes[index].kind, limits: limits) }
        }
    }

    /// The frames ended at `end`: gives the events that were still open or could have been re-opened.
    package mutating func finish(at end: WallTime) -> [Event] {
        guard let begin, let latest else { return [] }
        let limits = TimeSpan(start: begin, end: max(latest, end))
        return lanes.indices.flatMap { index -> [Event] in
            let finished = lanes[index].finish()
            return finished.map { event($0, of: lanes[index].kind, limits: limits) }
        }
    }

    private func event(_ interval: EventAutomaton.Interval, of kind: EventLane.Kind, limits: TimeSpan) -> Event {
        let context = SpanRefinement.context
        let frames = Array(
            memory.frames(
                from: interval.start.advanced(bySeconds: -context),
                through: interval.last.advanced(bySeconds: context)))
        let first = frames.firstIndex { $0.time >= interval.start } ?? 0
        let last = frames.lastIndex { $0.time <= interval.last } ?? first
        let rough = first...max(first, last)
        let isWhole = frames[first].time == interval.start
        var (chosen, score) = (rough, interval.peak)
        if case .query(let query) = kind, isWhole {
            (chosen, score) = refinement.refine(rough: rough, curve: frames.map { $0.saliency[query].value })
        }
        let span = SampledSpan(frames: chosen, of: frames.map(\.time), period: period, limits: limits)
        let during = isWhole ? span.during : TimeSpan(start: interval.start, end: span.during.end)
        let inside = frames[chosen]
        let peak = inside.first { $0.time == interval.peakTime } ?? frames[chosen.lowerBound]
        let anomaly = inside.compactMap(\.anomaly).max { $0.value < $1.value }
        switch kind {
        case .query(let query):
            return make(
                .query(name: queries[query].name, text: queries[query].text), during, span, score,
                anomaly?.value, peak.saliency[query].box)
        case .anomaly:
            return make(
                .anomaly(lane: "normality"), during, span, 1 - (peak.anomaly?.pValue ?? 1), anomaly?.value,
                peak.anomaly?.box)
        }
    }

    private func make(
        _ source: Event.Source, _ during: TimeSpan, _ span: SampledSpan, _ score: Double, _ anomaly: Double?,
        _ box: Box?
    ) -> Event {
        Event(
            camera: camera, source: source, during: during, startError: span.startError, endError: span.endError,
            isOpen: false, score: score, anomalyScore: anomaly, box: box, clock: clock)
    }
}
