internal import Base
internal import Ingest
internal import Logging
internal import Store

/// What is known of one watched camera, and what follows from its next state or frame.
struct CameraWatch: Sendable {
    /// Scores are handed to the store this many at a time.
    private static let scoreBatch = 10

    private let camera: LiveCamera
    private let services: LiveServices
    private let recorder: CameraRecorder?
    private let longestPause: Double
    private let scoring: AnomalyScoring
    private var analysis: FrameAnalysis
    private var upkeep: AnomalyUpkeep
    private var calibrationUpkeep: CalibrationUpkeep
    private var blind: BlindLane
    private var faults: FaultWatch
    private var queryVersion: Int
    private var scores: [ScoreSample] = []
    /// The first frame of the present stretch; nil while nothing is seen.
    private var stretchStart: WallTime?
    /// Up to here the camera was seen last.
    private var lastSeen: WallTime?
    /// How far the latest frame's time may be off, in seconds.
    private var clockError = 0.0
    private var loggedState: ConnectionState?
    private var loggedDeviceFailure: String?
    private var appendFailure: StoreError?

    init(_ camera: LiveCamera, _ services: LiveServices, recorder: CameraRecorder?) {
        self.camera = camera
        self.services = services
        self.recorder = recorder
        longestPause = max(2, 3 * camera.period)
        let entry = services.queries.entry(camera.name)
        queryVersion = entry.version
        let scoring = services.anomalies.scoring(
            ceilingPerDay: camera.alarmCeilingPerDay, logger: services.logger)
        analysis = Self.analysis(camera, services, entry, scoring)
        upkeep = AnomalyUpkeep(camera.name, services, scoring)
        calibrationUpkeep = CalibrationUpkeep(camera.name, services)
        self.scoring = scoring
        blind = BlindLane(camera: camera.name)
        faults = FaultWatch(camera: camera.name)
        services.board.update(camera.name) { _ in }
    }

    private static func analysis(
        _ camera: LiveCamera, _ services: LiveServices, _ entry: QueryBoard.Entry, _ scoring: AnomalyScoring
    ) -> FrameAnalysis {
        FrameAnalysis(
            camera: camera.name, clock: .arrival, period: camera.period, queries: entry.queries,
            engine: services.engine, reuse: camera.reusesEncodings ? EncodingReuse(mask: camera.mask) : nil,
            detail: .everything, scoring: scoring, stored: services.anomalies.stored, calibrating: services.calibration)
    }

    // MARK: - states

    /// The connection changed.
    mutating func note(_ state: ConnectionState, _ statistics: LiveStatistics, now: WallTime) {
        log(state)
        log(deviceFailure: statistics.deviceFailure)
        services.board.update(camera.name) { entry in
            (entry.state, entry.statistics) = (state, statistics)
            if case .lost(let outage) = state { entry.losses[outage.reason.kind, default: 0] += 1 }
        }
        guard let outage = state.outage, let reason = state.blindReason else { return }
        loseSight(at: outage.since)
        tell(blind.isBlind(reason, since: lastSeen ?? outage.since, now: now))
    }

    private mutating func log(_ state: ConnectionState) {
        defer { loggedState = state }
        if state.isRepetition(of: loggedState) { return }
        switch state {
        case .connecting: services.logger.info("camera \(camera.name): \(state)")
        case .live: services.logger.notice("camera \(camera.name): \(state)")
        case .lost, .waiting: services.logger.warning("camera \(camera.name): \(state)")
        case .unauthorized: services.logger.error("camera \(camera.name): \(state)")
        }
    }

    private mutating func log(deviceFailure failure: String?) {
        guard let failure, failure != loggedDeviceFailure else { return }
        loggedDeviceFailure = failure
        services.logger.warning("camera \(camera.name): decoded by software, since \(failure)")
    }

    // MARK: - frames

    /// The next frame.
    mutating func take(_ frame: LiveFrame) async {
        let time = frame.time
        if let lastSeen, time <= lastSeen {
            // Within a connection times rise; they fall only when the machine's clock was set back.
            if stretchStart != nil || lastSeen.seconds(since: time) < 1 { return }
            await startAnew()
        }
        if stretchStart != nil, let lastSeen, time.seconds(since: lastSeen) > longestPause {
            loseSight(at: lastSeen)
            tell(blind.isBlind(.noStream, since: lastSeen, now: time))
        }
        clockError = frame.clockError ?? 0
        tell(blind.ended(at: time))
        refreshQueries()
        let picture = camera.mask.applied(to: frame.frame.picture)
        services.pictures.see(picture, at: time, camera: camera.name)
        guard look(at: picture, time) else { return }
        let start = stretchStart ?? time
        stretchStart = start
        services.album?.see(picture, at: time, camera: camera.name)
        let motion = frame.frame.motion.map { camera.mask.applied(to: $0) }
        let seen = await analysis.take(picture, motion: motion, at: time, clock: frame.clock)
        lastSeen = time
        tell(seen.tellings)
        if seen.tellings.contains(where: { $0.stage == .opened }) { recorder?.keepThumbnail(picture, time) }
        if let score = seen.score { scores.append(score) }
        if scores.count >= Self.scoreBatch { handScoresIn() }
        await keep(seen.encoding, TimeSpan(start: start, end: time))
        if var watch = analysis.anomalies {
            await upkeep.attend(&watch, at: time)
            analysis.anomalies = watch
        }
        await calibrationUpkeep.attend(&analysis, at: time)
        services.board.update(camera.name) { entry in
            entry.lastFrame = time
            entry.framesAnalysed += 1
            if seen.isReused { entry.framesReused += 1 }
        }
    }

    /// Judges the picture itself. Returns whether it is worth analysing; one that shows nothing ends the stretch.
    private mutating func look(at picture: Picture, _ time: WallTime) -> Bool {
        let before = faults.active
        tell(faults.see(picture, at: time))
        let (active, showsNothing) = (faults.active, faults.showsNothing)
        if active != before { logFaults(before, active) }
        if showsNothing {
            if stretchStart != nil { endStretch(at: nil) }
            lastSeen = time
        }
        services.board.update(camera.name) { entry in
            entry.faults = active
            guard showsNothing else { return }
            entry.lastFrame = time
            entry.framesBlind += 1
        }
        return !showsNothing
    }

    private func logFaults(_ before: [Event.BlindReason], _ now: [Event.BlindReason]) {
        for fault in now where !before.contains(fault) {
            services.logger.warning("camera \(camera.name): its picture is \(fault.rawValue)")
        }
        for fault in before where !now.contains(fault) {
            services.logger.notice("camera \(camera.name): its picture is no longer \(fault.rawValue)")
        }
    }

    private mutating func keep(_ encoding: FrameEncoding, _ stretch: TimeSpan) async {
        do throws(StoreError) {
            try await services.encodings.append([encoding], camera: camera.name)
            if let watched = faults.watched(stretch) { services.ledger.note(watched, camera: camera.name) }
            appendFailure = nil
        } catch {
            // Events go on; coverage does not claim what cannot be searched, so the stretch begins anew.
            if error != appendFailure { services.logger.error("camera \(camera.name): \(error)") }
            (appendFailure, stretchStart) = (error, nil)
        }
    }

    private mutating func refreshQueries() {
        let entry = services.queries.entry(camera.name)
        guard entry.version != queryVersion else { return }
        queryVersion = entry.version
        tell(analysis.replaceQueries(entry.queries))
    }

    private mutating func startAnew() async {
        if let lastSeen { tell(faults.interrupt(at: lastSeen)) }
        faults = FaultWatch(camera: camera.name)
        endStretch(at: nil)
        if let watch = analysis.anomalies { await upkeep.finish(watch) }
        // The clock changed and the camera's view did not.
        let before = analysis
        analysis = Self.analysis(camera, services, services.queries.entry(camera.name), scoring)
        analysis.keepView(of: before)
    }

    // MARK: - ends

    /// No frames come any more; they were decoded up to `decoded`.
    private mutating func loseSight(at decoded: WallTime) {
        tell(faults.interrupt(at: lastSeen ?? decoded))
        if stretchStart != nil { endStretch(at: decoded) }
    }

    /// Nothing is seen from the last frame on; frames were decoded up to `decoded`, though none of them was analysed.
    private mutating func endStretch(at decoded: WallTime?) {
        if let last = lastSeen, let decoded, decoded > last {
            lastSeen = min(decoded, last.advanced(bySeconds: camera.period))
        }
        noteWatched()
        stretchStart = nil
        tell(analysis.interrupt())
        handScoresIn()
    }

    /// What was held back for a fault that did not come about counts.
    private func noteWatched() {
        guard let start = stretchStart, let last = lastSeen, start <= last, appendFailure == nil,
            let watched = faults.watched(TimeSpan(start: start, end: last))
        else { return }
        services.ledger.note(watched, camera: camera.name)
    }

    /// Nobody looks any more.
    mutating func finish(now: WallTime) async {
        tell(faults.interrupt(at: lastSeen ?? now))
        noteWatched()
        tell(analysis.finish(at: lastSeen ?? now))
        tell(blind.ended(at: now))
        handScoresIn()
        if let watch = analysis.anomalies { await upkeep.finish(watch) }
        await calibrationUpkeep.finish(analysis)
        services.board.remove(camera.name)
        services.pictures.remove(camera.name)
        services.album?.remove(camera.name)
    }

    private mutating func handScoresIn() {
        if scores.isEmpty { return }
        services.writer.enqueue(.scores(scores, camera: camera.name))
        scores = []
    }

    /// An event's times are as uncertain as the clock besides.
    private func tell(_ tellings: [EventTelling]) {
        let told = tellings.map { telling in
            var telling = telling
            telling.event.startError += clockError
            telling.event.endError += clockError
            return telling
        }
        for telling in told { services.writer.enqueue(telling.write) }
        recorder?.note(told)
        services.album?.note(told)
    }
}
