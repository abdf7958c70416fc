import ArgumentParser
import Base
import Foundation
import Store
import Web

/// `alertd events`
struct EventsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "events", abstract: "List the events that were found, show one, watch them come, or judge one.",
        subcommands: [
            ListCommand.self, EventsShowCommand.self, EventsWatchCommand.self, EventsVerdictCommand.self,
            EventsClipCommand.self,
        ],
        defaultSubcommand: ListCommand.self)

    /// `alertd events list`
    struct ListCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list",
            abstract: "List events, oldest first; the newest ones when there are more than the limit.")

        @OptionGroup var options: GlobalOptions
        @OptionGroup var range: RangeOptions
        @Option(help: "Only events of this kind: query, anomaly or blind.") var kind: EventKind?
        @Option(help: "Most events listed.") var limit = 1000

        func validate() throws {
            guard limit > 0 else { throw ValidationError("--limit must be at least 1") }
        }

        func run() async throws {
            let filter = EventFilter(
                camera: range.camera, kind: kind?.rawValue, since: range.since, until: range.until, limit: limit)
            let plan = try DatabaseSession.Plan(options, environment: ProcessInfo.processInfo.environment)
            let rows = try await Interruption.guarding {
                try await DatabaseSession.with(plan) { try await $0.events.listEvents(filter) }
            }
            var table = Table(["id", "camera", "start", "seconds", "source", "score", "anomaly", "description"])
            for row in rows {
                let line = EventLine(row)
                if options.json {
                    StandardStreams.print(try JSONLine.text(line))
                } else {
                    table.add(line.tableRow)
                }
            }
            if !options.json { table.lines.forEach(StandardStreams.print) }
        }
    }
}

/// Kinds of events.
enum EventKind: String, ExpressibleByArgument, CaseIterable {
    case query, anomaly, blind
}
