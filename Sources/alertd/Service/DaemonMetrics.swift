import Anomaly
import Base
import Configuration
import Foundation
import Ingest
import Notify
import Pipeline
import Store
import Web

/// What the daemon's metrics show of states that are kept elsewhere, read when they are asked for.
struct DaemonMetrics: Sendable {
    let board: CameraBoard
    let writer: StoreWriter
    /// Shares cameras with other nodes; nil for one machine.
    let keeper: LeaseKeeper?
    let storage: StorageMeter
    let deliveries: DeliveryBoard

    /// Brings `registry` up to date.
    func measure(into registry: MetricRegistry) async {
        let cameras = board.all.sorted { $0.key.name < $1.key.name }
        func each(_ value: (CameraBoard.Entry) -> Double?) -> [([String: String], Double)] {
            cameras.compactMap { name, entry in value(entry).map { (["camera": name.name], $0) } }
        }
        registry.report(
            "alertd_camera_up", each { $0.state.outage == nil && $0.state != .connecting ? 1 : 0 })
        registry.report(
            "alertd_camera_last_frame_timestamp_seconds",
            each { $0.lastFrame.map { Double($0.microseconds) / 1e6 } })
        registry.report("alertd_pipeline_lag_seconds", each { $0.lastFrame == nil ? nil : $0.lag })
        registry.report(
            "alertd_camera_reconnects_total",
            cameras.flatMap { name, entry in
                entry.losses.map { (["camera": name.name, "reason": $0.key], Double($0.value)) }
            })
        registry.report(
            "alertd_frames_total",
            cameras.flatMap { name, entry in
                let results = [
                    ("analysed", entry.framesAnalysed - entry.framesReused), ("reused", entry.framesReused),
                    ("blind", entry.framesBlind),
                ]
                return results.map { (["camera": name.name, "result": $0.0], Double($0.1)) }
            })
        registry.report(
            "alertd_frames_dropped_total",
            cameras.map { (["camera": $0.key.name, "where": "queue"], Double($0.value.statistics.framesDropped)) })
        registry.report(
            "alertd_anomaly_alarms_per_day", cameras.flatMap { Self.rates($0.key.name, $0.value.anomalies) })
        registry.report("alertd_anomaly_certifiable", each { $0.anomalies.map { $0.rate.isCertifiable ? 1 : 0 } })
        registry.report("alertd_spool_bytes", [([:], Double(await writer.spool?.status.waitingBytes ?? 0))])
        registry.report("alertd_storage_bytes", await storage.bytes().map { (["kind": $0.key], Double($0.value)) })
        if let standing = keeper?.status {
            registry.report("alertd_cluster_cameras_held", [([:], Double(standing.held.count))])
            registry.report("alertd_cluster_nodes", [([:], Double(standing.nodes))])
            registry.report("alertd_cluster_disagreement", [([:], standing.disagreeing == nil ? 0 : 1)])
            registry.report("alertd_cluster_leases_lost_total", [([:], Double(standing.losses))])
        }
        measureDeliveries(into: registry)
        registry.report("alertd_build_info", [(["version": ProgramVersion.text], 1)])
    }

    /// How often a camera really alarmed, between which bounds, and what was promised; only the latter before it was watched.
    private static func rates(_ camera: String, _ standing: AnomalyStanding?) -> [([String: String], Double)] {
        guard let rate = standing?.rate else { return [] }
        let values = [
            ("achieved", rate.perDay), ("lower", rate.interval?.lowerBound), ("upper", rate.interval?.upperBound),
            ("ceiling", rate.ceilingPerDay),
        ]
        return values.compactMap { kind, value in value.map { (["camera": camera, "rate": kind], $0) } }
    }

    private func measureDeliveries(into registry: MetricRegistry) {
        let receivers = deliveries.all.sorted { $0.key < $1.key }
        func each(_ value: (DeliveryBoard.Entry) -> Double) -> [([String: String], Double)] {
            receivers.map { (["receiver": $0.key], value($0.value)) }
        }
        let now = WallTime(Date())
        registry.report("alertd_notify_waiting", each { Double($0.waiting) })
        registry.report("alertd_notify_given_up", each { Double($0.givenUp) })
        registry.report(
            "alertd_notify_oldest_seconds", each { $0.oldestAt.map { max(0, now.seconds(since: $0)) } ?? 0 })
    }
}
