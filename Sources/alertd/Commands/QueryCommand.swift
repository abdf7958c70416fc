import ArgumentParser
import Base
import Configuration
import Foundation
import Store
import Web

/// `alertd query`
struct QueryCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "query", abstract: "Look after the standing queries: the sentences that cameras are watched for.",
        discussion: """
            Queries of the configuration file are changed in that file only. Those added here live in the database.
            """,
        subcommands: [
            QueryAddCommand.self, ListCommand.self, QueryTestCommand.self, RemoveCommand.self, EnableCommand.self,
            DisableCommand.self,
        ], defaultSubcommand: ListCommand.self)

    /// `alertd query list`
    struct ListCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the standing queries of file and database by name.")

        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let plan = try DatabaseSession.Plan(options, environment: ProcessInfo.processInfo.environment)
            let queries = try await Interruption.guarding {
                try await DatabaseSession.with(plan) { session in
                    StandingQueries(
                        configuration: plan.configuration, stored: try await session.events.standingQueries()
                    ).all
                }
            }
            var table = Table(["name", "enabled", "origin", "cameras", "zone", "active", "ceiling", "text"])
            for query in queries {
                if options.json {
                    StandardStreams.print(try JSONLine.text(QueryLine(query)))
                } else {
                    table.add([
                        query.name, query.isEnabled ? "yes" : "no", query.origin.rawValue,
                        query.cameras.isEmpty ? "all" : query.cameras.map(\.name).joined(separator: ", "),
                        query.zone ?? "–", query.active ?? "–", "\(query.alarmCeilingPerDay)", query.text,
                    ])
                }
            }
            if !options.json { table.lines.forEach(StandardStreams.print) }
        }
    }

    /// `alertd query remove NAME`
    struct RemoveCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "remove", abstract: "Remove a query that was added by command. Its events stay.")

        @OptionGroup var options: GlobalOptions
        @Argument(help: "The query's name.") var name: String

        func run() async throws {
            let name = name
            try await QueryCommand.change(name, options) { try await $0.removeQuery(name) }
        }
    }

    /// `alertd query enable NAME`
    struct EnableCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "enable", abstract: "Watch a query again that was disabled.")

        @OptionGroup var options: GlobalOptions
        @Argument(help: "The query's name.") var name: String

        func run() async throws {
            let name = name
            try await QueryCommand.change(name, options) { try await $0.setQuery(name, enabled: true) }
        }
    }

    /// `alertd query disable NAME`
    struct DisableCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "disable", abstract: "Keep a query, but do not watch it.")

        @OptionGroup var options: GlobalOptions
        @Argument(help: "The query's name.") var name: String

        func run() async throws {
            let name = name
            try await QueryCommand.change(name, options) { try await $0.setQuery(name, enabled: false) }
        }
    }

    /// Applies `change` to the query called `name`; when it finds none, says why.
    private static func change(
        _ name: String, _ options: GlobalOptions, _ change: @escaping @Sendable (EventStore) async throws -> Bool
    ) async throws {
        let plan = try DatabaseSession.Plan(options, environment: ProcessInfo.processInfo.environment)
        try await Interruption.guarding {
            try await DatabaseSession.with(plan) { session in
                // The store changes what was added by command and nothing else.
                if try await change(session.events) { return }
                if plan.configuration.queries.contains(where: { $0.name == name }) {
                    throw Failure(
                        .failed,
                        "cannot change the query \(name): it comes from the configuration file; change it there")
                }
                throw Failure(.failed, "there is no query '\(name)'; 'alertd query list' shows the names")
            }
        }
    }
}
