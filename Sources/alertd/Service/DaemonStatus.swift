import Anomaly
import Base
import Ingest
import Pipeline
import Store

/// How the daemon stands, in one line and for the watchdog.
struct DaemonStatus: Sendable {
    private static let longestTurn = Duration.seconds(15)
    private static let longestJob = Duration.seconds(30)

    let board: CameraBoard
    let writer: StoreWriter
    let supervisor: CameraSupervisor
    /// Shares cameras with other nodes; nil for one machine.
    let keeper: LeaseKeeper?
    let engine: InferenceEngine

    /// For `systemctl status`.
    var line: String {
        let cameras = board.all
        let live = cameras.values.count { if case .live = $0.state { true } else { false } }
        let writing = writer.status
        var parts = ["watching \(live) of \(cameras.count) cameras"]
        if let standing = keeper?.status {
            parts.append("node holds \(standing.held.count), \(standing.nodes) nodes")
            if let others = standing.disagreeing { parts.append("other cameras or queries on \(others)") }
            if let problem = standing.problem { parts.append("leases cannot be renewed: \(problem)") }
        }
        if let failure = writing.failure {
            parts.append("database away, \(writing.waiting) changes wait: \(failure)")
        } else if !writing.isVerified {
            parts.append("database not reached yet")
        }
        if writing.refused > 0 { parts.append("\(writing.refused) changes were refused by PostgreSQL, see the log") }
        let loud = cameras.filter { $0.value.anomalies?.isOverCeiling == true }.map { $0.key.name }.sorted()
        if !loud.isEmpty { parts.append("more anomaly alarms than allowed on \(loud.joined(separator: ", "))") }
        if let problem { parts.append(problem) }
        return parts.joined(separator: "; ").split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    /// Whether the cameras are supervised and the database has answered or is known to be away.
    var isStarted: Bool {
        let writing = writer.status
        return supervisor.lastTurn != nil && (writing.isVerified || writing.failure != nil)
    }

    /// What makes a restart necessary; nil while the daemon makes progress.
    var problem: String? {
        let now = ContinuousClock.now
        if let turn = supervisor.lastTurn, now - turn > Self.longestTurn { return "the supervisor hangs" }
        if let start = engine.jobStart, now - start > Self.longestJob { return "an engine job hangs" }
        return nil
    }
}
