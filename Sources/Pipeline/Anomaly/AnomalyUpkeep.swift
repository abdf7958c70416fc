internal import Anomaly
internal import Base
internal import Logging

/// What a watched camera's anomaly scoring needs besides frames: verdicts, the site's past, its snapshot, and that people
/// can see how it stands.
struct AnomalyUpkeep: Sendable {
    /// Seconds between snapshots; a restart catches up from the stored encodings.
    private static let saving = 300.0
    /// Seconds between exchanges with the site.
    private static let exchanging = 60.0

    private let camera: CameraID
    private let services: LiveServices
    private let scoring: AnomalyScoring
    private var savedAt: WallTime?
    private var exchangedAt: WallTime?
    private var verdictVersion = -1
    private var loggedPhase: AnomalyReading.Phase?

    init(_ camera: CameraID, _ services: LiveServices, _ scoring: AnomalyScoring) {
        self.camera = camera
        self.services = services
        self.scoring = scoring
    }

    /// Looks after `watch` after the frame at `time`.
    mutating func attend(_ watch: inout AnomalyWatch, at time: WallTime) async {
        let isJudged = await takeVerdicts(&watch)
        if isDue(exchangedAt, Self.exchanging, time) {
            exchangedAt = time
            watch.site = services.anomalies.site.exchange(watch.model.exceedances, of: camera)
            show(watch.model)
        }
        let start = savedAt ?? time
        if savedAt == nil { savedAt = time }
        if isJudged || isDue(start, Self.saving, time) {
            savedAt = time
            await scoring.save(watch)
        }
    }

    /// Nobody looks any more.
    func finish(_ watch: AnomalyWatch) async {
        services.anomalies.site.remove(camera)
        await scoring.save(watch)
    }

    private func isDue(_ last: WallTime?, _ interval: Double, _ now: WallTime) -> Bool {
        last.map { abs(now.seconds(since: $0)) >= interval } ?? true
    }

    private mutating func takeVerdicts(_ watch: inout AnomalyWatch) async -> Bool {
        let version = services.anomalies.site.version
        guard version != verdictVersion else { return false }
        verdictVersion = version
        let erased = services.anomalies.site.erased(of: camera)
        for span in erased { watch.forget(seenIn: span) }
        let verdicts = services.anomalies.site.verdicts(on: camera, after: watch.model.lastVerdict)
        return await scoring.take(verdicts, &watch, services.anomalies.stored) || !erased.isEmpty
    }

    private mutating func show(_ model: AnomalyModel) {
        let standing = model.standing
        services.board.update(camera) { $0.anomalies = standing }
        guard model.phase != loggedPhase else { return }
        loggedPhase = model.phase
        services.logger.info("camera \(camera): anomaly scoring is \(standing.text)")
    }
}
