/// How good alarms are as *events*: what an operator notices.
///
/// An alarm and an incident of the same camera belong together when they overlap, or when the alarm opened between 2 s
/// before the incident's start and 5 s after its end. One alarm may confirm several incidents; further alarms of one
/// incident are duplicates, not false. False alarms are counted on normal footage only: clock hours of a camera without
/// any incident.
package struct EventMetrics: Sendable, Equatable {
    /// Something that really happened; times in seconds.
    package struct Incident: Sendable, Equatable {
        package let camera: String
        package let start: Double
        package let end: Double
        package let category: String

        package init(camera: String, start: Double, end: Double, category: String) {
            self.camera = camera
            self.start = start
            self.end = end
            self.category = category
        }
    }

    /// Something that was reported.
    package struct Alarm: Sendable, Equatable {
        package let camera: String
        package let start: Double
        /// When it was reported; its start may lie earlier.
        package let openedAt: Double
        package let end: Double
        /// Its peak, for the curve of recall against false alarms.
        package let score: Double?

        package init(camera: String, start: Double, openedAt: Double, end: Double, score: Double?) {
            self.camera = camera
            self.start = start
            self.openedAt = openedAt
            self.end = end
            self.score = score
        }
    }

    /// Time that was watched.
    package struct Watch: Sendable, Equatable {
        package let camera: String
        package let start: Double
        package let end: Double

        package init(camera: String, start: Double, end: Double) {
            self.camera = camera
            self.start = start
            self.end = end
        }
    }

    /// Found of how many.
    package struct Share: Sendable, Equatable {
        package var found = 0
        package var of = 0

        package init(found: Int = 0, of: Int = 0) {
            self.found = found
            self.of = of
        }

        /// nil of none.
        package var value: Double? { of > 0 ? Double(found) / Double(of) : nil }
    }

    /// Incidents found, all, by class, and by duration ("under 10 s", "10 to 60 s", "over 60 s").
    package let recall: Share
    package let recallByCategory: [String: Share]
    package let recallByDuration: [String: Share]
    package let falseAlarms: Int
    /// Watched hours without an incident.
    package let normalHours: Double
    /// Further alarms of an incident that was found already.
    package let duplicates: Int
    /// Alarms that confirmed more than one incident.
    package let merged: Int
    /// Incidents with more than one alarm.
    package let split: Int
    /// Seconds from start to report; a missed incident counts with its length. Median and 90 % quantile.
    package let delayMedian: Double?
    package let delay90: Double?
    /// Mean temporal intersection over union of incidents and their first alarms.
    package let overlap: Double?
    /// Median of |alarm's start − incident's start|.
    package let startError: Double?
    /// Share of watched time inside alarms.
    package let timeInAlarms: Double?
    /// Recall with the false alarms held to 0.1, 1 and 10 a day by the alarms' scores; nil without scores.
    package let recallAt: [Double: Double]?

    /// False alarms an hour of normal footage.
    package var falsePerHour: Double? { normalHours > 0 ? Double(falseAlarms) / normalHours : nil }

    /// Compares `alarms` with `incidents` over the watched time.
    package init(incidents: [Incident], alarms: [Alarm], watched: [Watch]) {
        let matching = EventMatching(incidents: incidents, alarms: alarms)
        let hits = incidents.indices.map { !matching.alarms[$0].isEmpty }
        recall = Share(found: hits.count { $0 }, of: hits.count)
        recallByCategory = Self.shares(incidents.map(\.category), hits)
        recallByDuration = Self.shares(incidents.map { Self.band($0.end - $0.start) }, hits)
        let normal = NormalHours(incidents: incidents)
        let wrong = matching.unmatched.filter { normal.contains(camera: alarms[$0].camera, alarms[$0].start) }
        falseAlarms = wrong.count
        normalHours = watched.reduce(0) { $0 + normal.seconds(of: $1) } / 3600
        duplicates = matching.alarms.reduce(0) { $0 + max(0, $1.count - 1) }
        split = matching.alarms.count { $0.count > 1 }
        merged = alarms.indices.count { alarm in matching.alarms.count { $0.contains(alarm) } > 1 }
        let delays = incidents.indices.map { index in
            matching.alarms[index].first.map { max(0, alarms[$0].openedAt - incidents[index].start) }
                ?? incidents[index].end - incidents[index].start
        }.sorted()
        delayMedian = Self.quantile(delays, 0.5)
        delay90 = Self.quantile(delays, 0.9)
        let pairs = incidents.indices.compactMap { index in
            matching.alarms[index].first.map { (incidents[index], alarms[$0]) }
        }
        let overlaps = pairs.map { Self.overlap($0.0, $0.1) }
        overlap = overlaps.isEmpty ? nil : overlaps.reduce(0, +) / Double(overlaps.count)
        startError = Self.quantile(pairs.map { abs($0.1.start - $0.0.start) }.sorted(), 0.5)
        let time = watched.reduce(0) { $0 + max(0, $1.end - $1.start) }
        timeInAlarms = time > 0 ? alarms.reduce(0) { $0 + max(0, $1.end - $1.start) } / time : nil
        recallAt = Self.curve(incidents, alarms, matching, wrong, days: normalHours / 24)
    }

    private static func curve(
        _ incidents: [Incident], _ alarms: [Alarm], _ matching: EventMatching, _ falseAlarms: [Int], days: Double
    ) -> [Double: Double]? {
        let scores = alarms.compactMap(\.score)
        guard !alarms.isEmpty, scores.count == alarms.count, !incidents.isEmpty, days > 0 else { return nil }
        let candidates = Set(scores).sorted(by: >)
        var result: [Double: Double] = [:]
        for point in [0.1, 1, 10] {
            let allowed = point * days
            let chosen = candidates.last { limit in
                Double(falseAlarms.count { (alarms[$0].score ?? 0) >= limit }) <= allowed
            }
            let found = incidents.indices.count { index in
                matching.alarms[index].contains { (alarms[$0].score ?? 0) >= chosen ?? .infinity }
            }
            result[point] = Double(found) / Double(incidents.count)
        }
        return result
    }

    private static func shares(_ names: [String], _ hits: [Bool]) -> [String: Share] {
        zip(names, hits).reduce(into: [:]) { shares, item in
            shares[item.0, default: Share()].of += 1
            if item.1 { shares[item.0, default: Share()].found += 1 }
        }
    }

    private static func band(_ seconds: Double) -> String {
        seconds < 10 ? "under 10 s" : seconds <= 60 ? "10 to 60 s" : "over 60 s"
    }

    private static func quantile(_ sorted: [Double], _ share: Double) -> Double? {
        sorted.isEmpty ? nil : sorted[Int((share * Double(sorted.count - 1)).rounded())]
    }

    private static func overlap(_ incident: Incident, _ alarm: Alarm) -> Double {
        let shared = max(0, min(incident.end, alarm.end) - max(incident.start, alarm.start))
        let union = (incident.end - incident.start) + (alarm.end - alarm.start) - shared
        return union > 0 ? shared / union : 0
    }
}
