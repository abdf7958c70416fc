public import Anomaly
internal import Base
internal import Grounding
public import Ingest

/// How anomalous a recording is, moment by moment, without a database: decode → encode → the first lane, or a text method
/// that asks a video-LLM.
public struct RecordingAnomalies: Sendable {
    /// A moment's score.
    public struct Moment: Sendable, Equatable {
        /// Seconds from the first frame.
        public let seconds: Double
        /// 0…1; what alarms is at least ``RecordingAnomalies/alarm``.
        public let score: Double
        /// Share of the recording's earlier moments that score as high; nil where the score is a model's opinion.
        public let pValue: Double?
        /// The words, or the reason, that the score rests on; empty where there are none.
        public let text: String
    }

    /// A stretch that scores high.
    public struct Event: Sendable, Equatable {
        /// Seconds from the first frame.
        public let start, end: Double
        /// Its highest score, and that moment's words.
        public let score: Double
        /// See ``score``.
        public let text: String
    }

    /// All that was found.
    public struct Result: Sendable {
        /// The curve.
        public let moments: [Moment]
        /// What alarmed, in order of time.
        public let events: [Event]
        /// Replies that could not be read: their moments hold the score before.
        public let failures: Int
    }

    /// Score from which a moment alarms, and down to which the alarm lives on.
    public static let alarm = 0.5, alive = 0.4

    private let engine: InferenceEngine
    private let judge: TextJudge?

    /// By the first lane alone.
    public init(engine: InferenceEngine) { (self.engine, judge) = (engine, nil) }

    /// By `method`, whose questions `narrator` answers.
    public init(engine: InferenceEngine, method: TextMethod, narrator: any VideoNarrator) {
        self.engine = engine
        judge = TextJudge(method, narrator: AskedNarrator(narrator)) { [engine] text in
            try await engine.encode(text: text).values
        }
    }

    /// The curve and the events of `source`. `progress` is told the seconds judged so far. Throws `IngestError`, and what the
    /// narrator throws.
    public func find(in source: FileSource, analyseFPS: Double, progress: (Double) -> Void) async throws -> Result {
        var judge = judge
        let moments = try await source.withFrames { frames in
            var encoder = FrameEncoder(engine: engine)
            var fast = NormalityModel(.init(floor: engine.constants.anomalyFloor))
            var moments: [Moment] = []
            for try await frame in frames {
                let seconds = source.seconds(of: frame)
                let encoding = await encoder.encode(
                    frame.picture, at: WallTime(microseconds: 0).advanced(bySeconds: seconds)
                ).encoding
                let found = fast.observe(encoding)
                let strangeness = found.map { $0.ratio / (1 + $0.ratio) } ?? 0
                if judge == nil {
                    if let found {
                        moments.append(
                            Moment(
                                seconds: seconds, score: strangeness, pValue: found.pValue,
                                text: found.explanation?.text ?? ""))
                    }
                } else if let look = encoding.looks.first,
                    let said = try await judge?.judge(
                        SeenMoment(
                            time: encoding.time, picture: frame.picture, encoding: look.values,
                            strangeness: strangeness))
                {
                    moments.append(Moment(seconds: seconds, score: said.score, pValue: nil, text: said.text))
                }
                progress(seconds)
            }
            return moments
        }
        try Task.checkCancellation()
        return Result(
            moments: moments, events: Self.events(moments, period: 1 / analyseFPS), failures: judge?.failures ?? 0)
    }

    /// Moments that alarm, joined over short pauses.
    static func events(_ moments: [Moment], period: Double) -> [Event] {
        let hold = max(5, 1.5 * period)
        var automaton = EventAutomaton(
            .init(
                on: alarm, off: alive, minimumOn: 0, hold: hold, maximumGap: max(10, 5 * period), cooldown: hold,
                maximumDuration: .infinity))
        var found: [Event] = []
        func take(_ changes: [EventAutomaton.Change]) {
            for change in changes {
                if case .reopened = change { found.removeLast() }
                guard case .closed(let event, _, _) = change else { continue }
                let peak = seconds(event.peakTime)
                found.append(
                    Event(
                        start: seconds(event.start), end: seconds(event.last), score: event.peak,
                        text: moments.first { $0.seconds >= peak - 1e-6 }?.text ?? ""))
            }
        }
        for moment in moments {
            take(automaton.advance(WallTime(microseconds: 0).advanced(bySeconds: moment.seconds), moment.score))
        }
        take(automaton.finish())
        return found
    }

    private static func seconds(_ time: WallTime) -> Double { Double(time.microseconds) / 1e6 }
}
