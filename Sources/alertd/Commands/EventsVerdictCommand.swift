import ArgumentParser
import Foundation
import Store
import Web

/// `alertd events verdict ID normal|incident`
struct EventsVerdictCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verdict", abstract: "Say whether an event was nothing or an incident.",
        discussion: """
            On an anomaly, 'normal' makes what it showed normal for its camera, and 'incident' keeps it from ever becoming \
            normal and takes it out of the false alarms. A running daemon learns from it within seconds, recordings with the \
            next ingest. The last verdict on an event counts.
            """)

    @OptionGroup var options: GlobalOptions
    @Argument(help: "The event's id, as 'events list' prints it.") var id: Int64
    @Argument(help: "normal or incident.") var verdict: EventVerdict

    private struct Line: Encodable {
        let id: Int64
        let verdict: String
        let number: Int64
    }

    func run() async throws {
        let (id, verdict) = (id, verdict)
        let plan = try DatabaseSession.Plan(options, environment: ProcessInfo.processInfo.environment)
        let number = try await Interruption.guarding {
            try await DatabaseSession.with(plan) { try await $0.events.recordVerdict(verdict.rawValue, on: id) }
        }
        guard let number else {
            throw Failure(.failed, "there is no event \(id); 'alertd events list' shows the ids")
        }
        StandardStreams.print(
            options.json
                ? try JSONLine.text(Line(id: id, verdict: verdict.rawValue, number: number))
                : "event \(id): \(verdict.rawValue)")
    }
}

/// What can be said about an event.
enum EventVerdict: String, ExpressibleByArgument, CaseIterable {
    case normal, incident
}
