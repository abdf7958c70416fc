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
    }

    private let engine: InferenceEngine
    private var encoder: FrameEncoder
    private var saliency: SaliencyScorer
    private var normality: NormalityModel
    private var assembler: EventAssembler

    /// An analysis of frames about `period` seconds apart; `encodings` are those of `queries`.
    init(
        camera: CameraID, clock: ClockSource, period: Double, queries: [Query], encodings: [TextEncoding],
        engine: InferenceEngine, detail: EventAssembler.Detail
    ) {
        self.engine = engine
        encoder = FrameEncoder(engine: engine)
        saliency = SaliencyScorer(queries: encodings, constants: engine.constants)
        normality = NormalityModel(.init(floor: engine.constants.anomalyFloor))
        assembler = EventAssembler(
            camera: camera, clock: clock, period: period, queries: queries, constants: engine.constants,
            detail: detail)
    }

    /// Looks at the next picture, seen at `time`; times must rise.
    mutating func take(_ picture: Picture, at time: WallTime, clock: ClockSource? = nil) async -> Seen {
        let encoding = await encoder.encode(picture, at: time)  // 4–6
        let anomaly = normality.observe(encoding)  // 8b
        let scored = ScoredFrame(time: time, saliency: saliency.score(encoding), anomaly: anomaly)  // 8a
        let score = anomaly.map { anomaly in
            ScoreSample(
                lane: "anomaly:normality", at: time, value: anomaly.value, pValue: anomaly.pValue,
                explanation: anomaly.ratio >= 1 ? anomaly.explanation : nil)
        }
        return Seen(encoding: encoding, tellings: assembler.advance(scored, clock: clock), score: score)  // 7, 9
    }

    /// Nothing was seen after the last picture.
    mutating func interrupt() -> [EventTelling] { assembler.interrupt() }

    /// Watches for `queries` from the next picture on.
    mutating func replaceQueries(_ queries: [Query], encodings: [TextEncoding]) -> [EventTelling] {
        saliency = SaliencyScorer(queries: encodings, constants: engine.constants)
        return assembler.replaceQueries(queries)
    }

    /// The pictures ended at `end`.
    mutating func finish(at end: WallTime) -> [EventTelling] { assembler.finish(at: end) }
}
