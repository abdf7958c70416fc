internal import Anomaly
internal import Base
internal import Grounding
internal import Store

/// Stations 4 to 9 for one camera: a picture in; its encoding, its anomaly score and what there is to tell of events out.
struct FrameAnalysis: Sendable {
    /// What one picture gave.
    struct Seen: Sendable {
        let encoding: FrameEncoding
        let tellings: [EventTelling]
        /// Nil while the camera's normality is being learnt.
        let score: ScoreSample?
        /// Whether the encoding is that of an earlier picture, from which nothing but noise tells this one apart.
        let isReused: Bool
    }

    let camera: CameraID
    private let period: Double
    private let engine: InferenceEngine
    private let detail: EventAssembler.Detail
    private let scoring: AnomalyScoring
    let stored: EncodingReader
    private let verdicts: [GivenVerdict]
    private var clock: ClockSource
    private var encoder: FrameEncoder
    private(set) var saliency: SaliencyScorer
    /// Raises the levels of queries that would alarm too often; nil where levels are as shipped.
    var calibration: CameraCalibration?
    /// What calibrates a watched camera; nil for a recording.
    let calibrating: CalibrationServices?
    /// What the frames are judged by; nil before the first one.
    var anomalies: AnomalyWatch?
    private var assembler: EventAssembler
    private(set) var scenes: SceneLanes
    private(set) var conditions: [ConditionLane]
    /// The first frame and the last one of the present stretch.
    private var stretch: TimeSpan?

    /// An analysis of frames about `period` seconds apart. Without `reuse` each of them is encoded. Queries are calibrated by
    /// `calibrating`, once its decoys are there. `stored` reads the camera's encodings of before; `verdicts` are those that its past may not
    /// know yet.
    init(
        camera: CameraID, clock: ClockSource, period: Double, queries: [WatchedQuery], engine: InferenceEngine,
        reuse: EncodingReuse?, detail: EventAssembler.Detail, scoring: AnomalyScoring, stored: EncodingReader,
        verdicts: [GivenVerdict] = [], calibrating: CalibrationServices? = nil
    ) {
        (self.camera, self.clock, self.period) = (camera, clock, period)
        (self.engine, self.detail, self.calibrating) = (engine, detail, calibrating)
        (self.scoring, self.stored, self.verdicts) = (scoring, stored, verdicts)
        encoder = FrameEncoder(engine: engine, reuse: reuse)
        scenes = SceneLanes(queries)
        saliency = SaliencyScorer(queries: scenes.encodings, constants: engine.constants)
        assembler = EventAssembler(
            camera: camera, clock: clock, period: period, queries: scenes.queries, constants: engine.constants,
            detail: queries.allSatisfy(\.isScene) ? detail : .everything)
        conditions = queries.filter { !$0.isScene }.map {
            ConditionLane($0, camera: camera, period: period, detail: detail)
        }
    }

    /// Looks at the next picture, seen at `time`; times must rise. `motion` is that of its parts, if it is known.
    mutating func take(
        _ picture: Picture, motion: MotionField?, at time: WallTime, clock: ClockSource? = nil
    ) async -> Seen {
        self.clock = clock ?? self.clock
        let (encoding, isReused) = await encoder.encode(picture, motion: motion, at: time)  // 4–6
        if anomalies == nil { await beginAnomalies(picture, time) }
        let anomaly = anomalies?.observe(encoding, chroma: LightMode.chroma(of: picture))  // 8b
        if calibration == nil, let begun = await calibrating?.begin(camera, engine, at: time) {
            calibration = begun
            calibration?.watch(scenes.calibrated)
        }
        let values = score(encoding)  // 8a
        let score = anomaly.map { anomaly in
            ScoreSample(
                lane: "anomaly:" + curve, at: time, value: anomaly.value, pValue: anomaly.pValue,
                explanation: anomaly.ratio >= 1 ? anomaly.explanation?.text : nil)
        }
        noteStretch(time)
        let told = assembler.advance(ScoredFrame(time: time, saliency: values, anomaly: anomaly), clock: clock)  // 7, 9
        let settled = time.advanced(bySeconds: -assembler.settlingSeconds)
        return Seen(
            encoding: encoding, tellings: enforce(told, settled: settled), score: score, isReused: isReused)
    }

    /// How well the frame fits each lane, by the camera's own levels.
    private mutating func score(_ encoding: FrameEncoding) -> [Saliency] {
        let best = saliency.best(encoding, zones: scenes.zones)
        guard calibration != nil else { return best.map { saliency.saliency($0) } }
        calibration?.take(encoding, cosines: best.map { $0?.cosine })
        return zip(best, calibration?.shifts ?? []).map { saliency.saliency($0, shift: $1) }
    }

    /// The name of the anomaly curve: scores of the two kinds cannot be compared.
    private var curve: String { anomalies?.judgesItself == true ? AnomalyLane.normality.rawValue : "fused" }

    private mutating func beginAnomalies(_ picture: Picture, _ time: WallTime) async {
        var begun = await scoring.begin(
            camera, engine: engine, picture: picture, period: period, at: time, stored: stored)
        _ = await scoring.take(verdicts, &begun, stored)
        anomalies = begun
        assembler.watchAnomalies(begun.automaton)
    }

    /// Nothing was seen after the last picture.
    mutating func interrupt() -> [EventTelling] {
        let told = enforce(assembler.interrupt(), settled: stretch?.end)
        encoder.interrupt()
        stretch = nil
        return told
    }

    /// Looks on from where `earlier` looked, with its background, at the levels that it had; the clock was changed in between.
    mutating func keepView(of earlier: FrameAnalysis) {
        encoder.keepView(of: earlier.encoder)
        calibration = earlier.calibration
        calibration?.restartClock()
        calibration?.watch(scenes.calibrated)
    }

    /// Watches for `queries` from the next picture on.
    mutating func replaceQueries(_ queries: [WatchedQuery]) -> [EventTelling] {
        let old = scenes
        scenes = SceneLanes(queries)
        saliency = SaliencyScorer(queries: scenes.encodings, constants: engine.constants)
        calibration?.watch(scenes.calibrated)
        let known = conditions
        var told = assembler.replaceQueries(scenes.queries).filter { old.isTold($0.event) }
        for var lane in known where !queries.contains(lane.query) { told += lane.finish(clock: clock).filter(isWanted) }
        conditions = queries.filter { !$0.isScene }.map { query in
            known.first { $0.query == query }
                ?? ConditionLane(query, camera: camera, period: period, detail: detail)
        }
        return told.filter(isWanted).map(leveled)
    }

    /// The pictures ended at `end`.
    mutating func finish(at end: WallTime) -> [EventTelling] {
        var told = enforce(assembler.finish(at: end), settled: stretch?.end)
        for index in conditions.indices { told += conditions[index].finish(clock: clock) }
        return told.filter(isWanted).map(leveled)
    }

    // MARK: - conditions

    private mutating func noteStretch(_ time: WallTime) {
        let longest = RecordedSpans.longestPause(period: period)
        if let last = stretch, time.seconds(since: last.end) <= longest {
            stretch = TimeSpan(start: last.start, end: max(last.end, time))
        } else {
            stretch = TimeSpan(start: time, end: time)
        }
    }

    /// Hands the events of scenes to the conditions that ask for them; gives what is told.
    private mutating func enforce(_ tellings: [EventTelling], settled: WallTime?) -> [EventTelling] {
        var told = tellings.filter { scenes.isTold($0.event) }
        for index in conditions.indices {
            for telling in tellings {
                let zone = conditions[index].query.zone
                guard let scene = scenes.scene(of: telling.event, in: zone),
                    conditions[index].query.condition.scenes.contains(scene)
                else { continue }
                conditions[index].see(scene, telling)
            }
            guard let stretch, let settled else { continue }
            told += conditions[index].advance(since: stretch.start, to: stretch.end, settled: settled, clock: clock)
        }
        return told.filter(isWanted).map(leveled)
    }

    private func isWanted(_ telling: EventTelling) -> Bool { detail == .everything || telling.stage == .settled }
}
