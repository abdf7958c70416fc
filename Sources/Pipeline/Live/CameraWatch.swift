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
    private let longestPause: Double
    private var analysis: FrameAnalysis
    private var blind: BlindLane
    private var queryVersion: Int
    private var scores: [ScoreSample] = []
    /// The first frame of the present stretch; nil while nothing is seen.
    private var stretchStart: WallTime?
    /// Up to here the camera was seen last.
    private var lastSeen: WallTime?
    /// How far the latest frame's time may be off, in seconds.
    private var clockError = 0.0
    private var loggedState: ConnectionState?
    private var appendFailure: StoreError?

    init(_ camera: LiveCamera, _ services: LiveServices) {
        self.camera = camera
        self.services = services
        longestPause = max(2, 3 * camera.period)
        let entry = services.queries.entry(camera.name)
        queryVersion = entry.version
        analysis = Self.analysis(camera, services, entry)
        blind = BlindLane(camera: camera.name)
        services.board.update(camera.name) { _ in }
    }

    private static func analysis(
        _ camera: LiveCamera, _ services: LiveServices, _ entry: QueryBoard.Entry
    ) -> FrameAnalysis {
        FrameAnalysis(
            camera: camera.name, clock: .arrival, period: camera.period, queries: entry.queries,
            engine: services.engine, detail: .everything)
    }

    // MARK: - states

    /// The connection changed.
    mutating func note(_ state: ConnectionState, _ statistics: LiveStatistics, now: WallTime) {
        log(state)
        services.board.update(camera.name) { ($0.state, $0.statistics) = (state, statistics) }
        guard let outage = state.outage, let reason = state.blindReason else { return }
        if stretchStart != nil { endStretch(at: outage.since) }
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

    // MARK: - frames

    /// The next frame.
    mutating func take(_ frame: LiveFrame) async {
        let time = frame.time
        if let lastSeen, time <= lastSeen {
            // Within a connection times rise; they fall only when the machine's clock was set back.
            if stretchStart != nil || lastSeen.seconds(since: time) < 1 { return }
            startAnew()
        }
        if stretchStart != nil, let lastSeen, time.seconds(since: lastSeen) > longestPause {
            endStretch(at: lastSeen)
            tell(blind.isBlind(.noStream, since: lastSeen, now: time))
        }
        clockError = frame.clockError ?? 0
        tell(blind.ended(at: time))
        let start = stretchStart ?? time
        stretchStart = start
        refreshQueries()
        let seen = await analysis.take(camera.mask.applied(to: frame.frame.picture), at: time, clock: frame.clock)
        lastSeen = time
        tell(seen.tellings)
        if let score = seen.score { scores.append(score) }
        if scores.count >= Self.scoreBatch { handScoresIn() }
        await keep(seen.encoding, TimeSpan(start: start, end: time))
        services.board.update(camera.name) { entry in
            entry.lastFrame = time
            entry.framesAnalysed += 1
        }
    }

    private mutating func keep(_ encoding: FrameEncoding, _ stretch: TimeSpan) async {
        do throws(StoreError) {
            try await services.encodings.append([encoding], camera: camera.name)
            services.ledger.note(stretch, camera: camera.name)
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

    private mutating func startAnew() {
        endStretch(at: nil)
        analysis = Self.analysis(camera, services, services.queries.entry(camera.name))
    }

    // MARK: - ends

    /// Nothing is seen from the last frame on; frames were decoded up to `decoded`, though none of them was analysed.
    private mutating func endStretch(at decoded: WallTime?) {
        if let start = stretchStart, let last = lastSeen, let decoded, decoded > last, appendFailure == nil {
            let end = min(decoded, last.advanced(bySeconds: camera.period))
            services.ledger.note(TimeSpan(start: start, end: end), camera: camera.name)
            lastSeen = end
        }
        stretchStart = nil
        tell(analysis.interrupt())
        handScoresIn()
    }

    /// Nobody looks any more.
    mutating func finish(now: WallTime) {
        tell(analysis.finish(at: lastSeen ?? now))
        tell(blind.ended(at: now))
        handScoresIn()
        services.board.remove(camera.name)
    }

    private mutating func handScoresIn() {
        if scores.isEmpty { return }
        services.writer.enqueue(.scores(scores, camera: camera.name))
        scores = []
    }

    /// An event's times are as uncertain as the clock besides.
    private func tell(_ tellings: [EventTelling]) {
        for var telling in tellings {
            telling.event.startError += clockError
            telling.event.endError += clockError
            services.writer.enqueue(telling.write)
        }
    }
}
