import Anomaly
import Base
import Foundation

/// What a site of cameras of one kind did over simulated days.
struct SiteRun: Sendable {
    struct Settings: Sendable {
        var seed: UInt64 = 1
        var cameras = 8
        var days = 30.0
        var secondsPerFrame = 2.0
        var ceilingPerDay = 1.0
        /// Mean days between incidents of a camera.
        var incidentEvery = 1.5
    }

    struct Outcome: Sendable {
        let effect: SiteIncident.Effect
        let delay: Double?
        /// Highest score over threshold while it lasted.
        let peak: Double
    }

    private(set) var watchedDays = 0.0
    private(set) var falseAlarms = 0
    private(set) var provisional = 0
    private(set) var outcomes: [Outcome] = []
    private(set) var longIncidents = 0
    private(set) var longIncidentsAlarmed = 0
    private(set) var mostBytes = 0
    private(set) var bytesAfterTenDays = 0
    private(set) var thresholds: [Double] = []
    private(set) var frames = 0
    private(set) var falseAlarmsByLane: [AnomalyLane: Int] = [:]

    /// Share of incidents of `effect` that alarmed, and how many there were.
    func recall(_ effect: SiteIncident.Effect) -> (share: Double, count: Int) {
        let own = outcomes.filter { $0.effect == effect }
        return (own.isEmpty ? 0 : Double(own.count { $0.delay != nil }) / Double(own.count), own.count)
    }

    /// Median seconds from an incident's start to its alarm.
    func delay(_ effect: SiteIncident.Effect) -> Double? {
        let found = outcomes.filter { $0.effect == effect }.compactMap(\.delay).sorted()
        return found.isEmpty ? nil : found[found.count / 2]
    }

    /// The share of the threshold that all but a tenth of them reached.
    func weakPeak(_ effect: SiteIncident.Effect) -> Double {
        let peaks = outcomes.filter { $0.effect == effect }.map(\.peak).sorted()
        return peaks.isEmpty ? 0 : peaks[peaks.count / 10]
    }

    var rate: AchievedRate { AchievedRate(alarms: falseAlarms, days: watchedDays, ceilingPerDay: 1) }

    /// Runs all cameras side by side, so that the site's pooled history can stand in for a short one.
    static func run<Camera: SiteCamera>(_ kind: Camera.Type, _ settings: Settings) throws -> SiteRun {
        var run = SiteRun()
        var stations = try (0..<settings.cameras).map { try Station<Camera>(settings, number: $0) }
        for day in 0..<Int(settings.days.rounded(.up)) {
            let grids = stations.map(\.model.exceedances)
            for index in stations.indices {
                let others = grids.indices.filter { $0 != index }.map { grids[$0] }
                let site = others.dropFirst().reduce(others.first) { $0?.pooled(with: $1) }
                stations[index].watch(day: day, settings, site: site)
            }
            if day == 9 { run.bytesAfterTenDays = stations.map(\.model.byteCount).max() ?? 0 }
        }
        for station in stations { run.add(station.report) }
        return run
    }

    private mutating func add(_ report: StationReport) {
        watchedDays += report.watched / 86_400
        falseAlarms += report.falseAlarms
        provisional += report.provisional
        outcomes += report.outcomes
        longIncidents += report.longIncidents
        longIncidentsAlarmed += report.longIncidentsAlarmed
        mostBytes = max(mostBytes, report.bytes)
        thresholds.append(report.threshold)
        frames += report.frames
        falseAlarmsByLane.merge(report.lanes, uniquingKeysWith: +)
    }
}

/// What one camera's station counted.
struct StationReport: Sendable {
    var watched = 0.0
    var falseAlarms = 0
    var provisional = 0
    var outcomes: [SiteRun.Outcome] = []
    var longIncidents = 0
    var longIncidentsAlarmed = 0
    var bytes = 0
    var threshold = 0.0
    var frames = 0
    var lanes: [AnomalyLane: Int] = [:]
}

/// A camera, its model, and the incidents that are put into its pictures.
struct Station<Camera: SiteCamera>: Sendable {
    /// 2026-01-05, a Monday.
    static var origin: WallTime { WallTime(microseconds: 1_767_571_200_000_000) }

    var model: AnomalyModel
    private(set) var report = StationReport()
    private var camera: Camera
    private var random: SeededRandom
    private var incidents: [SiteIncident] = []
    private var current = 0
    private var isFound: Double?
    private var last = -1.0
    private var peak = 0.0
    private var alarmed: [FrameEncoding] = []
    private var wasIncident = false

    init(_ settings: SiteRun.Settings, number: Int) throws {
        camera = Camera(seed: settings.seed, number: number)
        random = SeededRandom(settings.seed ^ 0xA5A5 &+ UInt64(number) &* 977)
        guard let name = CameraID("camera-\(number)") else { throw CancellationError() }
        let encoder = EncoderIdentity(name: "simulated", digest: "0", width: Camera.width, resolution: "none")
        model = AnomalyModel(
            camera: name, encoder: encoder, sentences: nil, ceilingPerDay: settings.ceilingPerDay)
        plan(settings, number)
    }

    /// Incidents begin after four days or half the run; every eighth camera has one of two hours in the middle of the run.
    private mutating func plan(_ settings: SiteRun.Settings, _ number: Int) {
        let end = settings.days * 86_400
        var time = min(4, settings.days / 2) * 86_400
        let long = number % 8 == 1 ? settings.days * 0.6 * 86_400 : .infinity
        var hadLong = false
        while true {
            time += 7200 + random.exponential(settings.incidentEvery * 86_400)
            guard time < end - 10_000 else { return }
            let isLong = time >= long && !hadLong
            hadLong = hadLong || isLong
            let effect: SiteIncident.Effect = isLong ? .medium : SiteIncident.Effect.allCases[Int(random.next() % 3)]
            let length = isLong ? 7200 : min(max(20 * exp(0.6 * random.normal()), 8), 180)
            incidents.append(
                SiteIncident(
                    start: time, end: time + length, effect: effect,
                    look: SiteIncident.look(effect, from: camera.typicalLook(), &random),
                    path: (0.3 + 0.4 * random.unit(), 0.7, 0.2)))
            time += length
        }
    }

    /// Simulates one day.
    mutating func watch(day: Int, _ settings: SiteRun.Settings, site: ExceedanceGrid?) {
        let end = min(Double(day + 1), settings.days) * 86_400
        var time = Double(day) * 86_400
        while time < end {
            step(time, site)
            time += settings.secondsPerFrame
        }
        report.bytes = max(report.bytes, model.byteCount)
        report.threshold = model.threshold.value
    }

    /// The next frame with its incident, if one is on; nil while not connected.
    mutating func frame(at time: Double) -> AnomalyFrame? {
        guard let seen = camera.looks(at: time) else { return nil }
        var looks = seen.looks
        if incidents.indices.contains(current), (incidents[current].start..<incidents[current].end).contains(time) {
            looks.append(look(incidents[current], time))
        }
        return AnomalyFrame(
            encoding: FrameEncoding(time: Self.origin.advanced(bySeconds: time), looks: looks), chroma: seen.chroma)
    }

    private mutating func look(_ incident: SiteIncident, _ time: Double) -> FrameEncoding.Look {
        let noise = random.vector(Camera.width, length: 0.05)
        let (x, y, height) = incident.path
        let moved = x + 0.01 * (time - incident.start).truncatingRemainder(dividingBy: 20)
        return .init(
            box: Box(left: moved, top: y - height, right: moved + height / 2, bottom: y),
            values: VectorSum.unit(VectorSum.add(incident.look, noise)))
    }

    private mutating func step(_ time: Double, _ site: ExceedanceGrid?) {
        settle(time)
        guard let frame = frame(at: time) else { return }
        report.frames += 1
        guard let reading = model.observe(frame, site: site) else {
            last = time
            return
        }
        if last >= 0 { report.watched += min(time - last, 10) }
        last = time
        if isOn(time) { peak = max(peak, reading.ratio) }
        for case .opened(let event) in reading.changes { count(event, reading, time) }
        if reading.ratio >= 1, alarmed.count < 50 { alarmed.append(frame.encoding) }
        for case .closed(let event, let reason, _) in reading.changes where reason != .longest { confirm(event) }
        // A scene that alarmed before and goes on is a hit at its first frame: the alarm is on the screen.
        for case .extended in reading.changes where isOn(time) && isFound == nil { isFound = time }
        for case .reopened in reading.changes where isOn(time) && isFound == nil { isFound = time }
    }

    private func isOn(_ time: Double) -> Bool {
        incidents.indices.contains(current) && time >= incidents[current].start && time <= incidents[current].end
    }

    /// An operator confirms what was an incident, and says nothing about false alarms.
    private mutating func confirm(_ event: EventAutomaton.Interval) {
        let span = TimeSpan(start: event.start, end: max(event.start, event.last))
        let frames = alarmed.map { AnomalyFrame(encoding: $0) }
        if wasIncident { model.judge(.incident, during: span, frames: frames) }
        (alarmed, wasIncident) = ([], false)
    }

    private mutating func count(_ event: EventAutomaton.Interval, _ reading: AnomalyReading, _ time: Double) {
        let near =
            incidents.indices.contains(current) && time >= incidents[current].start - 2
            && time <= incidents[current].end + 30
        wasIncident = near
        if near {
            isFound = isFound ?? time
        } else {
            report.falseAlarms += 1
            if reading.isProvisional { report.provisional += 1 }
            if let lane = reading.explanation?.lane { report.lanes[lane, default: 0] += 1 }
        }
    }

    /// Closes the books on an incident that has been over for 30 s.
    private mutating func settle(_ time: Double) {
        guard incidents.indices.contains(current), time > incidents[current].end + 30 else { return }
        let incident = incidents[current]
        if incident.end - incident.start > 3600 {
            report.longIncidents += 1
            if isFound != nil { report.longIncidentsAlarmed += 1 }
        } else {
            report.outcomes.append(
                .init(effect: incident.effect, delay: isFound.map { $0 - incident.start }, peak: peak))
        }
        current += 1
        isFound = nil
        peak = 0
    }
}
