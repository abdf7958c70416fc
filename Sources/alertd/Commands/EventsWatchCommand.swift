import ArgumentParser
import Foundation
import Logging
import Store
import Web

/// `alertd events watch`
struct EventsWatchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "watch",
        abstract: "Print each change of an event as it is committed, until Ctrl-C.",
        discussion: """
            None is missed and none comes twice, also when the database is away for a while: it is tried again until \
            it answers. With --json a line's change_id is what --since takes to go on from there. A line shows the \
            event as it is when the line is printed.
            """)

    @OptionGroup var options: GlobalOptions
    @Option(help: ArgumentHelp("Begin after this change; 0 for all that are kept. Else from now on.", valueName: "id"))
    var since: Int64?

    func validate() throws {
        if let since, since < 0 { throw ValidationError("--since must be at least 0") }
    }

    func run() async throws {
        let (since, json) = (since, options.json)
        let plan = try DatabaseSession.Plan(options, environment: ProcessInfo.processInfo.environment)
        StandardStreams.outliveReader()
        do {
            try await Interruption.guarding {
                try await DatabaseSession.with(plan) { session in
                    try await Self.follow(session.events.changes(after: since), json: json, plan.logger)
                }
            }
        } catch is Interrupted {
            // What a person or the service manager ends is done, not failed.
        }
    }

    private static let shortestWait = Duration.milliseconds(200)
    private static let longestWait = Duration.seconds(5)

    /// Prints until the task is cancelled or nobody reads it any more.
    private static func follow(_ feed: EventFeed, json: Bool, _ logger: Logger) async throws {
        let last = try await feed.start()
        logger.info("events are followed from change \(last) on")
        while true {
            do throws(StoreError) {
                for change in try await feed.next() {
                    let line = json ? try Self.json(ChangeLine(change)) : ChangeText.line(change)
                    guard StandardStreams.printIfRead(line) else { return }
                }
            } catch .unavailable(_, let address, let why) {
                StandardStreams.complain("alertd: lost \(address): \(why); trying again until it answers")
                try await reconnect(feed)
                StandardStreams.complain("alertd: \(address) answers again; nothing was missed")
            }
        }
    }

    private static func reconnect(_ feed: EventFeed) async throws {
        var wait = shortestWait
        while true {
            try await ContinuousClock().sleep(for: wait)
            do throws(StoreError) {
                try await feed.start()
                return
            } catch .unavailable {
                wait = min(wait * 2, longestWait)
            }
        }
    }

    private static func json(_ line: ChangeLine) throws(StoreError) -> String {
        do {
            return try JSONLine.text(line)
        } catch {
            throw .unexpectedResult(what: "print an event", why: "\(error)")
        }
    }
}
