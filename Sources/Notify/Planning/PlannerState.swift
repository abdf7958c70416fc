internal import Base

/// What a planner remembers from one change to the next; stored with the change that was looked at last.
struct PlannerState: Codable, Sendable, Equatable {
    private static let hour = 3600.0

    /// By their first event.
    var incidents: [IncidentState] = []
    /// By camera.
    var blind: [String: BlindCamera] = [:]
    /// A hash of what was last read about an event.
    var words: [Int64: UInt64] = [:]
    /// When alerts of a source were told in the last hour.
    private var alerts: [String: [WallTime]] = [:]
    /// How many of a source were held back since the last one.
    private var heldBack: [String: Int] = [:]

    /// Whether one more alert of `source` may be told, which then counts; else it is counted as held back.
    mutating func mayAlert(_ source: String, limit: Int, at now: WallTime) -> Bool {
        let recent = (alerts[source] ?? []).filter { now.seconds(since: $0) < Self.hour }
        guard recent.count < limit else {
            alerts[source] = recent
            heldBack[source, default: 0] += 1
            return false
        }
        alerts[source] = recent + [now]
        return true
    }

    /// How many were held back, which are then told.
    mutating func takeHeldBack(_ source: String) -> Int { heldBack.removeValue(forKey: source) ?? 0 }

    mutating func dropOldAlerts(at now: WallTime) {
        alerts = alerts.mapValues { $0.filter { now.seconds(since: $0) < Self.hour } }.filter { !$0.value.isEmpty }
    }
}
