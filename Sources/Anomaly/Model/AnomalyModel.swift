public import Base
internal import Foundation

/// One camera's anomaly scores, live: what is normal, how strange a frame is, when that is an alarm, and why.
///
/// Causal, of fixed memory, without I/O and without a clock of its own. Lanes score a frame each in their own unit; each
/// score becomes the probability that a normal frame around this hour scores as high; the smallest, as −log₁₀, is smoothed
/// and compared with a threshold that keeps alarms below the user's ceiling. Nothing is learnt from alarms: a frame
/// becomes normal ``AnomalyConstants/admissionDelay`` after it was seen, unless an alarm was near; what lasts longer than
/// ``AnomalyConstants/maximumDuration`` closes its alarm and is a changed scene that becomes normal.
public struct AnomalyModel: Sendable {
    /// The camera.
    public let camera: CameraID
    /// The encoder that its encodings come from.
    public let encoder: EncoderIdentity
    /// The constants in force.
    public let constants: AnomalyConstants
    /// How far the model has come.
    public internal(set) var phase = AnomalyReading.Phase.cold

    let utcOffset: Int
    var sentences: SentenceLanes?
    var banks: NormalityBanks
    var history: LaneHistory
    var limit: AlarmThreshold
    var log = AlarmLog()
    var light = LightMode()
    var motion = MotionAttributes()
    var smoother: Smoother
    var automaton: EventAutomaton
    var waiting: [Sighting] = []
    /// Nothing is learnt from here …
    var quietFrom: WallTime?
    /// … to here; nil while the alarm is open.
    var quietUntil: WallTime?
    /// Whether a scene that outlasted its alarm is becoming normal.
    var isAbsorbing = false
    /// Provisional alarms of the UTC day with this number.
    var provisional = (day: 0, alarms: 0)
    /// Number of the last verdict that was taken.
    public internal(set) var lastVerdict: Int64 = 0
    var firstTime: WallTime?
    var lastTime: WallTime?
    var agedAt: WallTime?
    var frames = 0
    var watched = 0.0

    /// A model of a camera that has shown nothing yet.
    ///
    /// `sentences` may be nil: then two lanes are silent. `ceilingPerDay` is the most false alarms a day that the user
    /// accepts, above 0. `utcOffset` in seconds east of Greenwich says what "03:00" means there.
    public init(
        camera: CameraID, encoder: EncoderIdentity, sentences: SentenceMemory?, ceilingPerDay: Double,
        utcOffset: Int = 0, constants: AnomalyConstants = AnomalyConstants()
    ) {
        precondition(sentences.map { $0.width == encoder.width } ?? true, "sentences of another width")
        self.camera = camera
        self.encoder = encoder
        self.constants = constants
        self.utcOffset = utcOffset
        self.sentences = sentences.map { SentenceLanes(memory: $0, constants: constants) }
        banks = NormalityBanks(width: encoder.width, constants)
        history = LaneHistory(halfLife: constants.driftHalfLife, hourMinimum: constants.hourMinimum)
        var settings = AlarmThreshold.Settings(ceilingPerDay: ceilingPerDay)
        settings.cooldown = constants.cooldown
        limit = AlarmThreshold(settings)
        smoother = Smoother(constants.smoothing)
        automaton = EventAutomaton(constants.automaton)
    }

    /// Scores the next frame and lets the model learn from what is old enough.
    ///
    /// nil while cold, for some seconds after a switch between colour and infrared, and for a frame that is not later than
    /// the last. `site` is the pooled ``exceedances`` of the site's other cameras: until this one's history is long enough
    /// it stands in for it.
    public mutating func observe(_ frame: AnomalyFrame, site: ExceedanceGrid? = nil) -> AnomalyReading? {
        let time = frame.encoding.time
        if let lastTime, time <= lastTime { return nil }
        let duration = lastTime.map { min(time.seconds(since: $0), constants.maximumGap) } ?? 0
        let isSwitching = light.take(chroma: frame.chroma, at: time, pause: constants.switchPause)
        let bucket = HourBucket(time, offset: utcOffset, isInfrared: light.isInfrared)
        firstTime = firstTime ?? time
        if let lastTime, time.seconds(since: lastTime) > constants.maximumGap { smoother.reset() }
        lastTime = time
        frames += 1
        watched += duration
        age(at: time)
        let view = view(frame, in: bucket)
        guard phase != .cold, !isSwitching else {
            if phase == .cold { warmUp(view) }
            return nil
        }
        admit(before: time.advanced(bySeconds: -constants.admissionDelay))
        return test(view, duration, site)
    }

    private mutating func test(_ view: FrameView, _ duration: Double, _ site: ExceedanceGrid?) -> AnomalyReading {
        let seconds = Self.seconds(view.sighting.time)
        let scores = view.raw.map { lane, raw in
            AnomalyReading.LaneScore(
                lane: lane, raw: raw, pValue: history.exceedance(raw, lane, in: view.bucket))
        }
        let smallest = scores.map(\.pValue).min() ?? 1
        let fused = -log10(max(smallest, 1e-300))
        let smoothed = smoother.take(fused, at: seconds)
        updatePhase(site)
        // While warming, only sentences can alarm: what is normal is not known yet.
        let ratio = phase == .live ? smoothed / limit.value : provisionalRatio(view.sighting, seconds)
        let changes = automaton.advance(view.sighting.time, ratio)
        if ratio < constants.offShare { isAbsorbing = false }
        note(changes, at: view.sighting.time)
        log.watch(duration, until: seconds)
        if watched >= constants.settling {
            limit.take(smoothed, at: seconds, duration: duration, site: site, isInForce: phase == .live)
        }
        wait(view.sighting, pValue: smallest)
        return AnomalyReading(
            time: view.sighting.time, phase: phase, lanes: scores, fused: fused, smoothed: smoothed,
            threshold: limit.value, ratio: ratio, pValue: smallest,
            explanation: ratio >= constants.offShare ? explanation(of: view, scores) : nil, changes: changes)
    }

    /// Likeness to sentences over its own threshold; no new alarm any more once the day has had as many as the ceiling allows,
    /// since nothing else keeps to it yet.
    private func provisionalRatio(_ sighting: Sighting, _ seconds: Double) -> Double {
        let ratio = sighting.probability / constants.warmingContrast
        let isOpen = quietFrom != nil && quietUntil == nil
        let today = provisional.day == Self.day(seconds) ? provisional.alarms : 0
        let isSpent = Double(today) >= max(1, limit.settings.ceilingPerDay)
        return isSpent && !isOpen ? min(ratio, constants.offShare) : ratio
    }

    private mutating func updatePhase(_ site: ExceedanceGrid?) {
        guard phase == .warming, watched >= constants.settling else { return }
        let days = watched / 86_400 + (site?.days ?? 0)
        if days * limit.settings.ceilingPerDay >= 3 { phase = .live }
    }

    private mutating func note(_ changes: [EventAutomaton.Change], at time: WallTime) {
        for change in changes {
            switch change {
            case .opened(let event):
                let from = event.start.advanced(bySeconds: -constants.quietBefore)
                (quietFrom, quietUntil) = (from, nil)
                waiting.removeAll { $0.time >= from }
                log.count(1, at: Self.seconds(time))
                if phase == .warming {
                    countProvisional(Self.day(Self.seconds(time)))
                } else {
                    limit.countAlarm()
                }
            case .reopened: quietUntil = nil
            case .extended: break
            case .closed(_, .longest, _): (quietUntil, isAbsorbing) = (time, true)
            case .closed(let event, _, _): quietUntil = event.last.advanced(bySeconds: constants.quietAfter)
            }
        }
    }

    /// The clock was set back, so that everything known seems to lie in the future: what is normal stays, what was under way
    /// is given up.
    public mutating func restartClock() {
        (lastTime, agedAt, quietFrom, quietUntil, isAbsorbing) = (nil, nil, nil, nil, false)
        waiting = []
        smoother.reset()
        automaton = EventAutomaton(constants.automaton)
    }

    private mutating func countProvisional(_ day: Int) {
        provisional = (day, provisional.day == day ? provisional.alarms + 1 : 1)
    }

    private static func day(_ seconds: Double) -> Int { Int((seconds / 86_400).rounded(.down)) }

    static func seconds(_ time: WallTime) -> Double { Double(time.microseconds) / 1e6 }
}
