import ArgumentParser
import Base
import Configuration
import Foundation
import Store
import Web

/// `alertd token`
struct TokenCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "token", abstract: "Look after the tokens of page and API.",
        discussion: """
            While there is no token, programs on this machine may use the page and the API, and nobody else. As soon as there is \
            one, nothing answers without one, also here.
            """,
        subcommands: [CreateCommand.self, ListCommand.self, RevokeCommand.self], defaultSubcommand: ListCommand.self)

    /// `alertd token create NAME`
    struct CreateCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "create", abstract: "Make a token and print it: once, since only its digest is kept.")

        @OptionGroup var options: GlobalOptions
        @Argument(help: "What to call it: up to 63 letters, digits, '_', '-' and '.'.") var name: String
        @Option(help: "read: to look; admin: to change too.") var scope: TokenScope = .read
        @Option(help: "Show this camera only; may be repeated. Else all.") var camera: [CameraID] = []

        private struct Line: Encodable {
            let name: String
            let scope: String
            let cameras: [String]?
            let token: String
        }

        func validate() throws {
            guard CameraID(name) != nil else {
                throw ValidationError(
                    "'\(name)' cannot name a token: 1 to 63 of A-Z a-z 0-9 _ - ., and neither '-' nor '.' first")
            }
        }

        func run() async throws {
            let plan = try DatabaseSession.Plan(options, environment: ProcessInfo.processInfo.environment)
            let token = AccessToken.make()
            let cameras = camera.isEmpty ? nil : Array(Set(camera.map(\.name))).sorted()
            let record = AccessTokenRecord(
                name: name, digest: AccessToken.digest(of: token), scope: scope == .read ? .read : .admin,
                cameras: cameras)
            let isNew = try await Interruption.guarding {
                try await DatabaseSession.with(plan) { try await $0.events.addAccessToken(record) }
            }
            guard isNew else {
                throw Failure(
                    .failed,
                    "cannot make the token \(name): there is one of that name; choose another, or revoke it first")
            }
            let line = Line(name: name, scope: scope.rawValue, cameras: cameras, token: token)
            StandardStreams.print(options.json ? try JSONLine.text(line) : token)
        }
    }

    /// `alertd token list`
    struct ListCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the tokens by name; the tokens themselves are kept nowhere.")

        @OptionGroup var options: GlobalOptions

        private struct Line: Encodable {
            let token: AccessTokenRecord

            private enum Key: String, CodingKey {
                case name, scope, cameras, createdAt
            }

            func encode(to encoder: any Encoder) throws {
                var container = encoder.container(keyedBy: Key.self)
                try container.encode(token.name, forKey: .name)
                try container.encode(token.scope.rawValue, forKey: .scope)
                try container.encode(token.cameras, forKey: .cameras)
                try container.encode(token.createdAt?.description, forKey: .createdAt)
            }
        }

        func run() async throws {
            let plan = try DatabaseSession.Plan(options, environment: ProcessInfo.processInfo.environment)
            let tokens = try await Interruption.guarding {
                try await DatabaseSession.with(plan) { try await $0.events.accessTokens() }
            }
            var table = Table(["name", "scope", "cameras", "made"])
            for token in tokens {
                if options.json {
                    StandardStreams.print(try JSONLine.text(Line(token: token)))
                } else {
                    table.add([
                        token.name, token.scope.rawValue, token.cameras?.joined(separator: ", ") ?? "all",
                        token.createdAt?.description ?? "–",
                    ])
                }
            }
            if !options.json { table.lines.forEach(StandardStreams.print) }
        }
    }

    /// `alertd token revoke NAME`
    struct RevokeCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "revoke", abstract: "Refuse a token from now on; a running daemon does so within a second.")

        @OptionGroup var options: GlobalOptions
        @Argument(help: "The token's name.") var name: String

        func run() async throws {
            let (name, plan) = (
                name, try DatabaseSession.Plan(options, environment: ProcessInfo.processInfo.environment)
            )
            let isGone = try await Interruption.guarding {
                try await DatabaseSession.with(plan) { try await $0.events.removeAccessToken(name) }
            }
            guard isGone else {
                throw Failure(.failed, "there is no token '\(name)'; 'alertd token list' shows the names")
            }
        }
    }
}

/// What a token may be used for.
enum TokenScope: String, ExpressibleByArgument, CaseIterable {
    case read, admin
}
