import ArgumentParser
import Foundation
import Store

/// `alertd db`
struct DatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db", abstract: "Look after the database.", subcommands: [StatusCommand.self])

    /// `alertd db status`
    struct StatusCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "status", abstract: "Say which database is used, and whether it can be reached and is current."
        )

        @OptionGroup var options: GlobalOptions

        private struct Line: Encodable {
            let database: String
            let server: String
            let schema: Int?
            let neededSchema: Int
            let bytes: Int64
            let events: Int64
            let state: String
        }

        func run() async throws {
            let plan = try DatabaseSession.Plan(options, environment: ProcessInfo.processInfo.environment)
            let (status, address) = try await Interruption.guarding {
                try await DatabaseSession.with(plan) { session in
                    (try await session.events.status(), session.events.address.description)
                }
            }
            if options.json {
                let line = Line(
                    database: address, server: status.serverVersion, schema: status.schemaVersion,
                    neededSchema: status.neededVersion, bytes: status.bytes, events: status.events,
                    state: plan.state.path)
                StandardStreams.print(try JSONLine.text(line))
                return
            }
            let schema = status.schemaVersion.map(String.init) ?? "none"
            StandardStreams.print("database  \(address)")
            StandardStreams.print("server    PostgreSQL \(status.serverVersion)")
            StandardStreams.print("schema    \(schema) (this version needs \(status.neededVersion))")
            StandardStreams.print("size      \((Double(status.bytes) / 1e6 * 10).rounded() / 10) MB")
            StandardStreams.print("events    \(status.events)")
            StandardStreams.print("state     \(plan.state.path)")
        }
    }
}
