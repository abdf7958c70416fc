import ArgumentParser
import Base
import Configuration
import Foundation
import Notify
import Store
import Web

/// `alertd notify`
struct NotifyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "notify", abstract: "Look after the receivers of notifications: webhook, MQTT broker, mailboxes.",
        subcommands: [ListCommand.self, DeadCommand.self, RetryCommand.self, TestCommand.self],
        defaultSubcommand: ListCommand.self)

    /// `alertd notify list`
    struct ListCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the receivers, what waits for them, and what was given up.")

        @OptionGroup var options: GlobalOptions

        func run() async throws {
            let plan = try DatabaseSession.Plan(options, environment: ProcessInfo.processInfo.environment)
            let (receivers, givenUp) = try await Interruption.guarding {
                try await DatabaseSession.with(plan) { session in
                    (try await session.events.receivers(), try await session.events.givenUpNotifications())
                }
            }
            var table = Table(["receiver", "delivered", "last", "waiting", "given up", "problem"])
            for receiver in receivers {
                if options.json {
                    StandardStreams.print(try JSONLine.text(ReceiverLine(receiver)))
                } else {
                    table.add([
                        receiver.name, "\(receiver.delivered)", receiver.deliveredAt?.description ?? "–",
                        "\(receiver.waiting)", "\(receiver.givenUp)", receiver.problem ?? "–",
                    ])
                }
            }
            if !options.json { table.lines.forEach(StandardStreams.print) }
            for one in givenUp {
                if options.json {
                    StandardStreams.print(try JSONLine.text(GivenUpLine(one)))
                } else {
                    StandardStreams.print(
                        "given up \(one.givenUpAt?.description ?? "")  \(one.receiver)  \(one.kind) of incident "
                            + "\(one.incidentID), \(one.key), after \(one.tries) tries: \(one.problem ?? "")")
                }
            }
        }
    }

    /// `alertd notify test`
    struct TestCommand: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "test", abstract: "Send a test to one receiver, or to each, and say what came of it.",
            discussion: "Needs the configuration alone: neither database nor daemon.")

        @OptionGroup var options: GlobalOptions
        @Argument(help: "webhook, mqtt or email; all of them when absent.") var receiver: String?

        private struct Line: Encodable {
            let receiver: String
            let ok: Bool
            let detail: String
        }

        func validate() throws {
            if let receiver, !NotifyCommand.receivers.contains(receiver) {
                throw ValidationError(NotifyCommand.refusal(of: receiver))
            }
        }

        func run() async throws {
            let environment = ProcessInfo.processInfo.environment
            let configuration = try ConfigurationSetup(options, environment: environment).read()
            let setup = NotifySetup(configuration, environment: environment, suffix: "-test-\(getpid())")
            let chosen = setup.receivers(nil).filter { receiver == nil || $0.name == receiver }
            guard !chosen.isEmpty else {
                throw Failure(
                    .badConfiguration,
                    "there is no \(receiver ?? "receiver") to test; the configuration's section notify has none")
            }
            var isAllRight = true
            for one in chosen {
                let line = await test(one)
                isAllRight = isAllRight && line.ok
                let text = "\(line.ok ? "ok  " : "FAIL") \(line.receiver): \(line.detail)"
                StandardStreams.print(options.json ? try JSONLine.text(line) : text)
            }
            if !isAllRight { throw Failure(.failed, "") }
        }

        private func test(_ receiver: any NotificationReceiver) async -> Line {
            let key = UUID().uuidString.lowercased()
            guard let notification = OutgoingNotification.test(key: key, at: WallTime(Date())) else {
                return Line(receiver: receiver.name, ok: false, detail: "no test could be made")
            }
            do throws(NotifyError) {
                try await receiver.deliver(notification)
                if let broker = receiver as? MQTTReceiver { await broker.leave() }
                return Line(receiver: receiver.name, ok: true, detail: "took the test \(key)")
            } catch {
                return Line(receiver: receiver.name, ok: false, detail: error.description)
            }
        }
    }

    private struct ReceiverLine: Encodable {
        let receiver: String
        let delivered: Int64
        let deliveredAt: String?
        let waiting: Int64
        let givenUp: Int64
        let failingSince: String?
        let problem: String?

        init(_ standing: ReceiverStanding) {
            (receiver, delivered) = (standing.name, standing.delivered)
            deliveredAt = standing.deliveredAt?.description
            (waiting, givenUp) = (standing.waiting, standing.givenUp)
            failingSince = standing.failingSince?.description
            problem = standing.problem
        }
    }
}
