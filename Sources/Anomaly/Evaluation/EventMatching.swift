/// Which alarms belong to which incidents.
struct EventMatching: Sendable {
    private static let early = 2.0
    private static let late = 5.0

    /// Per incident its alarms in order of their report.
    let alarms: [[Int]]
    /// Alarms of no incident.
    let unmatched: [Int]

    init(incidents: [EventMetrics.Incident], alarms: [EventMetrics.Alarm]) {
        let order = alarms.indices.sorted { alarms[$0].openedAt < alarms[$1].openedAt }
        self.alarms = incidents.map { incident in
            order.filter { index in
                let alarm = alarms[index]
                guard alarm.camera == incident.camera else { return false }
                let overlaps = alarm.start <= incident.end && alarm.end >= incident.start
                let opens =
                    alarm.openedAt >= incident.start - Self.early && alarm.openedAt <= incident.end + Self.late
                return overlaps || opens
            }
        }
        let matched = Set(self.alarms.joined())
        unmatched = order.filter { !matched.contains($0) }
    }
}

/// Clock hours of a camera in which no incident happened.
struct NormalHours: Sendable {
    private struct Hour: Hashable {
        let camera: String
        let number: Int
    }

    private let taken: Set<Hour>

    init(incidents: [EventMetrics.Incident]) {
        var taken: Set<Hour> = []
        for incident in incidents {
            let (first, last) = (Self.hour(incident.start), Self.hour(max(incident.start, incident.end)))
            // A century of one incident is a mistake that must not fill the memory.
            for number in first...min(last, first + 876_000) {
                taken.insert(Hour(camera: incident.camera, number: number))
            }
        }
        self.taken = taken
    }

    func contains(camera: String, _ seconds: Double) -> Bool {
        !taken.contains(Hour(camera: camera, number: Self.hour(seconds)))
    }

    /// Seconds of a watched time that lie in such hours.
    func seconds(of watch: EventMetrics.Watch) -> Double {
        let length = max(0, watch.end - watch.start)
        let lost = taken.filter { $0.camera == watch.camera }.reduce(0.0) { sum, hour in
            let (start, end) = (Double(hour.number) * 3600, Double(hour.number + 1) * 3600)
            return sum + max(0, min(end, watch.end) - max(start, watch.start))
        }
        return length - lost
    }

    private static func hour(_ seconds: Double) -> Int { Int((max(-1e12, min(seconds, 1e12)) / 3600).rounded(.down)) }
}
