import ArgumentParser
import Base
import Foundation
import Store
import Web

/// `alertd anomalies`
struct AnomaliesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "anomalies", abstract: "Print the anomaly score of every analysed frame, oldest first.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var range: RangeOptions
    @Option(help: "Most scores printed; the newest ones when there are more.") var limit = 100_000

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be at least 1") }
    }

    func run() async throws {
        let (camera, since, until, limit) = (range.camera, range.since, range.until, limit)
        let plan = try DatabaseSession.Plan(options, environment: ProcessInfo.processInfo.environment)
        let rows = try await Interruption.guarding {
            try await DatabaseSession.with(plan) {
                try await $0.events.listAnomalies(camera: camera, since: since, until: until, limit: limit)
            }
        }
        var table = Table(["camera", "at", "score", "p-value", "explanation"])
        for row in rows {
            if options.json {
                StandardStreams.print(try JSONLine.text(AnomalyLine(row)))
            } else {
                table.add([
                    row.camera, row.at.description, "\(Rounded.score(row.score))",
                    row.pValue.map { "\(Rounded.score($0))" } ?? "–", row.explanation ?? "",
                ])
            }
        }
        if !options.json { table.lines.forEach(StandardStreams.print) }
    }
}
