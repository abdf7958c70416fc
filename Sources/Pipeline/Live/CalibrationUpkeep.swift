internal import Base
internal import Grounding

/// What a watched camera's calibration needs besides frames: verdicts, and its snapshot.
struct CalibrationUpkeep: Sendable {
    /// Seconds between snapshots: little of a week's history.
    private static let saving = 1800.0

    private let camera: CameraID
    private let services: LiveServices
    private var savedAt: WallTime?
    private var verdictVersion = -1

    init(_ camera: CameraID, _ services: LiveServices) { (self.camera, self.services) = (camera, services) }

    /// Looks after the calibration of `analysis` after the frame at `time`.
    mutating func attend(_ analysis: inout FrameAnalysis, at time: WallTime) async {
        guard let calibration = analysis.calibration else { return }
        var isJudged = false
        let version = services.anomalies.site.version
        if version != verdictVersion {
            verdictVersion = version
            let verdicts = services.anomalies.site.verdicts(on: camera, after: calibration.lastVerdict)
            isJudged = await analysis.calibrate(by: verdicts)
        }
        let start = savedAt ?? time
        if savedAt == nil { savedAt = time }
        guard isJudged || abs(time.seconds(since: start)) >= Self.saving else { return }
        savedAt = time
        await finish(analysis)
    }

    /// Nobody looks any more.
    func finish(_ analysis: FrameAnalysis) async {
        guard let calibration = analysis.calibration else { return }
        await services.calibration.save(calibration, of: camera, services.engine)
    }
}
