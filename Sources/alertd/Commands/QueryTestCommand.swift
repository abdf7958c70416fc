import ArgumentParser
import Base
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
        guard (0.001...10_000).contains(ceiling) else { throw ValidationError("--ceiling must lie in 0.001–10000") }
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let engine = try encoder.engine(options, environment: environment)
        let plan = try DatabaseSession.Plan(options, environment: environment)
        let scope = FootageSearch.Scope(
            camera: range.camera, since: range.since, until: range.until, zones: plan.configuration.pictureZones)
        let request = try WatchRequest(text, zones: Set(scope.zones.values.flatMap { $0.map(\.name) }))
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
