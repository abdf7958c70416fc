import ArgumentParser
import Foundation

/// The program: `alertd COMMAND …`.
@main
struct Alertd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alertd",
        abstract: "Watches cameras: finds events and anomalies in video and keeps them in PostgreSQL.",
        discussion: """
            Exit codes: 0 done, 1 a search found nothing, 2 failed, 64 wrong usage, 69 database or camera \
            unreachable, 78 bad configuration.
            """,
        version: ProgramVersion.text,
        subcommands: [
            RunCommand.self, IngestCommand.self, GroundCommand.self, SummariseCommand.self, SearchCommand.self,
            EventsCommand.self, AnomaliesCommand.self, DatabaseCommand.self, CheckConfigCommand.self,
            DoctorCommand.self,
            VersionCommand.self, EvalCommand.self, CoverageCommand.self, QueryCommand.self, CameraCommand.self,
            EraseCommand.self, ReencodeCommand.self, NotifyCommand.self, ModelsCommand.self, TokenCommand.self,
            DescribeCommand.self, AskCommand.self,
        ])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch {
            guard let failure = Failure(recognising: error) else { exit(withError: error) }
            if !failure.message.isEmpty { StandardStreams.complain("alertd: " + failure.message) }
            Foundation.exit(failure.code.rawValue)
        }
    }
}
