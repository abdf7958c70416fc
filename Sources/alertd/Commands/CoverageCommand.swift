import ArgumentParser
import Base
import Foundation
import Store
import Web

/// `alertd coverage`
struct CoverageCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "coverage",
        abstract: "Print when each camera was really watched, and the gaps with their reasons, by camera and time.",
        discussion: """
            A camera's ledger reaches from its first watched or blind moment to its last one, or from --since and to \
            --until. The reason of a gap is that of the blind event at that time (no_stream, frozen, covered, \
            defocused, moved), or not_running: alertd did not run then, or had not been told of the camera, so \
            nobody knows what happened.
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var range: RangeOptions

    func run() async throws {
        // Nobody can say yet what will be watched.
        let until = range.until.map { min($0, WallTime(Date())) }
        let (camera, since) = (range.camera, range.since)
        let plan = try DatabaseSession.Plan(options, environment: ProcessInfo.processInfo.environment)
        let rows = try await Interruption.guarding {
            try await DatabaseSession.with(plan) {
                try await $0.events.listCoverage(camera: camera, since: since, until: until)
            }
        }
        var table = Table(["camera", "start", "end", "seconds", "state", "reason"])
        for row in rows {
            let line = CoverageLine(row)
            if options.json {
                StandardStreams.print(try JSONLine.text(line))
            } else {
                table.add([
                    row.camera, row.during.start.description, row.during.end.description,
                    "\(Rounded.milliseconds(row.during.seconds))", line.state, row.reason ?? "–",
                ])
            }
        }
        if !options.json { table.lines.forEach(StandardStreams.print) }
    }
}
