import ArgumentParser
import Base
import Configuration
import Foundation
import Grounding
import Pipeline
import Store
import Web

/// `alertd query test TEXT`
struct QueryTestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Print what a standing query would have told about the past, and how often a day.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var encoder: EncoderOptions
    @OptionGroup var range: RangeOptions

    @Argument(help: "The sentence, as in \"a person climbs over the fence\".") var text: String
    @Option(help: "Try it in this zone; cameras without it are left out.") var zone: String?
    @Option(help: ArgumentHelp("Try it in this part of the day only, local time.", valueName: "HH:MM-HH:MM"))
    var active: String?
    @Option(help: "Most false alarms a day that the suggested level allows.") var ceiling = 1.0

    private struct Line: Encodable {
        let camera: String
        let hit: BackTestHit

        private enum Key: String, CodingKey {
            case camera
        }

        func encode(to encoder: any Encoder) throws {
            try hit.encode(to: encoder)
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(camera, forKey: .camera)
        }
    }

    func validate() throws {
        if let active, DailyWindow(active) == nil {
            throw ValidationError("--active \(active): not a part of the day; write it as in 22:00-06:00")
        }
        guard (0.001...10_000).contains(ceiling) else { throw ValidationError("--ceiling must lie in 0.001–10000") }
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let engine = try encoder.engine(options, environment: environment)
        let plan = try DatabaseSession.Plan(options, environment: environment)
        let scope = FootageSearch.Scope(
            camera: range.camera, since: range.since, until: range.until, zones: plan.configuration.pictureZones)
        let request = try request(zones: Set(scope.zones.values.flatMap { $0.map(\.name) }))
        for scene in request.condition.scenes { try await UnknownWords.warn(about: scene, engine: engine) }
        let reports = try await Interruption.guarding {
            try await DatabaseSession.with(plan) { session in
                let test = QueryBackTest(engine: engine, encodings: try session.encodingReader(of: engine))
                let cameras = try await session.events.cameras().compactMap { CameraID($0) }
                var reports: [QueryBackTest.Report] = []
                for camera in cameras where scope.camera == nil || scope.camera == camera {
                    // Cameras without the sentence's zone are not asked, as they are not watched.
                    if let zone = request.zone, scope.zones[camera]?.contains(where: { $0.name == zone }) != true {
                        continue
                    }
                    let report = try await test.report(of: request, on: camera, in: scope, timeZone: .current)
                    if report.watchedSeconds > 0 { reports.append(report) }
                }
                return reports
            }
        }
        if reports.isEmpty { throw Failure(.nothingFound, "nothing was watched in that time; see 'alertd coverage'") }
        try write(reports, request)
    }

    /// The sentence, bound to what is said beside it; nothing may be said twice.
    private func request(zones: Set<String>) throws -> WatchRequest {
        let said = try WatchRequest(text, zones: zones)
        if let zone, !zones.contains(zone) {
            let known = zones.sorted().prefix(20).joined(separator: ", ")
            throw Failure(
                .usage,
                "--zone \(zone): no camera has such a zone; "
                    + (known.isEmpty ? "there are none" : "there are \(known)"))
        }
        guard said.zone == nil || zone == nil else {
            throw Failure(.usage, "--zone: the sentence says the zone too; say it once")
        }
        guard said.hours == nil || active == nil else {
            throw Failure(.usage, "--active: the sentence says the hours too; say them once")
        }
        let window = active.flatMap { DailyWindow($0) }
        return said.bound(
            zone: zone,
            hours: window.flatMap { ActiveHours(startMinute: $0.startMinute, endMinute: $0.endMinute) })
    }

    private func write(_ reports: [QueryBackTest.Report], _ request: WatchRequest) throws {
        var table = Table(["camera", "start", "end", "score"])
        for report in reports {
            for hit in report.hits {
                let line = Line(camera: report.camera.name, hit: BackTestHit(hit))
                if options.json {
                    StandardStreams.print(try JSONLine.text(line))
                } else {
                    table.add([line.camera, line.hit.start, line.hit.end, "\(line.hit.score)"])
                }
            }
        }
        if !options.json {
            StandardStreams.print("understood: \(request.condition)")
            table.lines.forEach(StandardStreams.print)
        }
        for report in reports {
            let summary = BackTestSummary(report, ceilingPerDay: ceiling)
            if options.json {
                StandardStreams.print(try JSONLine.text(summary))
            } else {
                let level = summary.suggestedLevel.map { "a level of \($0) keeps it" } ?? "every level keeps it"
                StandardStreams.print(
                    "\(summary.camera): \(summary.hits) in \(summary.watchedDays) watched days, "
                        + "\(summary.hitsPerDay) a day; \(level) at \(ceiling) a day or less")
            }
        }
    }
}
