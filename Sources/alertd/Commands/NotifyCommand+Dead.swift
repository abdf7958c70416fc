import ArgumentParser
import Base
import Foundation
import Store
import Web

extension NotifyCommand {
    /// `alertd notify dead`
    struct DeadCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "dead", abstract: "List the notifications that were given up, the latest first, and why.",
            discussion: "They are forgotten after 30 days. The view alertd.v_notifications shows the same in SQL.")

        @OptionGroup var options: GlobalOptions
        @Option(help: "At most this many.") var limit = 100

        func validate() throws {
            guard (1...100_000).contains(limit) else { throw ValidationError("--limit must lie in 1–100000") }
        }

        func run() async throws {
            let plan = try DatabaseSession.Plan(options, environment: ProcessInfo.processInfo.environment)
            let limit = limit
            let dead = try await Interruption.guarding {
                try await DatabaseSession.with(plan) { try await $0.events.givenUpNotifications(limit: limit) }
            }
            if options.json {
                for one in dead { StandardStreams.print(try JSONLine.text(GivenUpLine(one))) }
                return
            }
            var table = Table(["given up", "receiver", "kind", "incident", "tries", "id", "problem"])
            for one in dead {
                table.add([
                    one.givenUpAt?.description ?? "–", one.receiver, one.kind, "\(one.incidentID)", "\(one.tries)",
                    one.key, one.problem ?? "–",
                ])
            }
            table.lines.forEach(StandardStreams.print)
        }
    }

    /// `alertd notify retry`
    struct RetryCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "retry", abstract: "Let a running daemon try again what was given up.",
            discussion: """
                Each is tried at least once more, under the identifier that it had. One that is older than give_up_hours and \
                fails again is given up at once.
                """)

        private struct Line: Encodable { let retried: Int }

        @OptionGroup var options: GlobalOptions
        @Argument(help: "Identifiers, as 'alertd notify dead' lists them.") var id: [String] = []
        @Flag(help: "Everything that was given up.") var all = false
        @Option(help: "Everything that this receiver did not take: webhook, mqtt or email.") var receiver: String?

        func validate() throws {
            if let receiver, !NotifyCommand.receivers.contains(receiver) {
                throw ValidationError(NotifyCommand.refusal(of: receiver))
            }
            guard [!id.isEmpty, all, receiver != nil].count(where: \.self) == 1 else {
                throw ValidationError("name identifiers, or one of --all and --receiver")
            }
        }

        func run() async throws {
            let plan = try DatabaseSession.Plan(options, environment: ProcessInfo.processInfo.environment)
            let (keys, receiver) = (id.isEmpty ? nil : id, receiver)
            let count = try await Interruption.guarding {
                try await DatabaseSession.with(plan) {
                    try await $0.events.retryGivenUp(keys: keys, receiver: receiver)
                }
            }
            if let keys, count < Set(keys).count {
                throw Failure(
                    .failed,
                    "\(count) of \(Set(keys).count) wait again; the others were not given up, or are forgotten: "
                        + "alertd notify dead")
            }
            StandardStreams.print(
                options.json ? try JSONLine.text(Line(retried: count)) : "\(count) notifications wait again")
        }
    }

    static let receivers = ["webhook", "mqtt", "email"]

    static func refusal(of receiver: String) -> String {
        "'\(receiver)' is no receiver; there are webhook, mqtt and email"
    }

    /// A notification that was given up, as it is printed.
    struct GivenUpLine: Encodable {
        let receiver: String
        let id: String
        let kind: String
        let incident: Int64
        let madeAt: String
        let givenUpAt: String?
        let tries: Int
        let problem: String?

        init(_ record: NotificationRecord) {
            (receiver, id, kind) = (record.receiver, record.key, record.kind)
            (incident, madeAt, tries) = (record.incidentID, record.madeAt.description, record.tries)
            (givenUpAt, problem) = (record.givenUpAt?.description, record.problem)
        }
    }
}
