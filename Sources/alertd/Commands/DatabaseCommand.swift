import ArgumentParser
import Foundation
import Store
import Web

/// `alertd db`
struct DatabaseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "db", abstract: "Look after the database.", subcommands: [MigrateCommand.self, StatusCommand.self])

    /// `alertd db migrate`
    struct MigrateCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "migrate", abstract: "Bring the database's schema up to date.",
            discussion:
                "Safe to run at any time and by several at once. A schema never goes back: make a back-up first.")

        @OptionGroup var options: GlobalOptions
        @Flag(help: "Do everything and take it back: says what would be applied, or what would go wrong.") var dryRun =
            false

        private struct Line: Encodable {
            let version: Int
            let name: String
            let applied: Bool
        }

        func run() async throws {
            let (dryRun, plan) = (
                dryRun, try DatabaseSession.Plan(options, environment: ProcessInfo.processInfo.environment)
            )
            let steps = try await Interruption.guarding {
                try await DatabaseSession.withoutSchema(plan, migrates: false) { session in
                    dryRun ? try await session.events.rehearseMigration() : try await session.events.migrate()
                }
            }
            if options.json {
                for step in steps {
                    let line = Line(version: step.version, name: step.name, applied: !dryRun)
                    StandardStreams.print(try JSONLine.text(line))
                }
                return
            }
            if steps.isEmpty { StandardStreams.print("the schema is current") }
            for step in steps {
                StandardStreams.print("\(dryRun ? "would apply" : "applied") \(step.version) \(step.name)")
            }
        }
    }

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
                try await DatabaseSession.withoutSchema(plan, migrates: true) { session in
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
