import ArgumentParser
import Base
import Configuration
import Foundation
import Grounding
import Pipeline
import Store
import Web

/// `alertd query add NAME TEXT`
struct QueryAddCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a standing query: a sentence that cameras are watched for.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var encoder: EncoderOptions

    @Argument(help: "What to call it: up to 63 letters, digits, '_', '-' and '.'.") var name: String
    @Argument(help: "The sentence, as in \"a person climbs over the fence\".") var text: String
    @Option(help: "Watch it on this camera; may be repeated. Else on all.") var camera: [CameraID] = []
    @Option(help: "Bind it to this zone, which each of its cameras must have.") var zone: String?
    @Option(help: ArgumentHelp("Watch it in this part of the day only, local time.", valueName: "HH:MM-HH:MM"))
    var active: String?
    @Option(help: "Most false alarms a day on footage without the queried thing.") var ceiling = 1.0

    /// Bytes; what fits beside the name in the database's index of events.
    private static let longestText = 1900

    func validate() throws {
        guard CameraID(name) != nil else {
            throw ValidationError(
                "'\(name)' cannot name a query: 1 to 63 of A-Z a-z 0-9 _ - ., and neither '-' nor '.' first")
        }
        guard name != QueryConfiguration.reservedName else {
            throw ValidationError("'\(name)' cannot name a query: it is the address of back-tests in the HTTP API")
        }
        guard !text.allSatisfy(\.isWhitespace) else { throw ValidationError("the sentence is empty") }
        guard text.utf8.count <= Self.longestText else {
            throw ValidationError("the sentence is longer than \(Self.longestText) bytes")
        }
        if let active, DailyWindow(active) == nil {
            throw ValidationError("--active \(active): not a part of the day; write it as in 22:00-06:00")
        }
        guard (0.001...10_000).contains(ceiling) else { throw ValidationError("--ceiling must lie in 0.001–10000") }
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let plan = try DatabaseSession.Plan(options, environment: environment)
        try checkConditions()
        let query = try query(for: plan.configuration)
        let engine = try encoder.engine(options, environment: environment)
        do {
            _ = try await engine.encode(text: text)
        } catch {
            throw Failure(.usage, "the encoder cannot read the sentence: \(error)")
        }
        try await UnknownWords.warn(about: text, engine: engine)
        try await Interruption.guarding {
            try await DatabaseSession.with(plan) { session in
                let known = StandingQueries(
                    configuration: plan.configuration, stored: try await session.events.standingQueries())
                if let other = known.named(query.name) { throw Self.taken(other) }
                guard try await session.events.addQuery(query) else { throw Self.taken(query) }
            }
        }
    }

    /// What the daemon could not enforce is not taken on; how a sentence with conditions was understood is said.
    private func checkConditions() throws {
        let request = try WatchRequest(text, zones: Set([zone].compactMap(\.self)))
        guard request.hours == nil else { throw Failure(.usage, "say the hours with --active, not in the sentence") }
        guard request.zone == nil else { throw Failure(.usage, "say the zone with --zone, not in the sentence") }
        if case .scene = request.condition { return }
        StandardStreams.complain("alertd: understood \(request.condition)")
    }

    /// The query, whose cameras and zone must be the configuration's.
    private func query(for configuration: Configuration) throws -> StandingQuery {
        let names = configuration.cameras.map(\.name)
        for camera in camera where !names.contains(camera) {
            throw Failure(
                .usage,
                names.isEmpty
                    ? "--camera \(camera): the configuration has no cameras; add them there first"
                    : "--camera \(camera): no such camera; the configuration has \(Self.list(names.map(\.name)))")
        }
        let watched = configuration.cameras.filter { camera.isEmpty || camera.contains($0.name) }
        if let zone { try Self.check(zone, on: watched) }
        return StandingQuery(
            name: name, text: text, cameras: names.filter { camera.contains($0) }, zone: zone,
            active: active.flatMap { DailyWindow($0) }?.description, alarmCeilingPerDay: ceiling, origin: .command)
    }

    private static func check(_ zone: String, on cameras: [CameraConfiguration]) throws(Failure) {
        let lacking = cameras.filter { $0.zones[zone] == nil }
        if !cameras.isEmpty, lacking.isEmpty { return }
        guard let first = lacking.first else {
            throw Failure(.usage, "--zone \(zone): the configuration has no cameras; add them there first")
        }
        let known = first.zones.keys.sorted()
        throw Failure(
            .usage,
            "--zone \(zone): camera \(first.name) has no such zone; "
                + (known.isEmpty ? "it has none" : "it has \(list(known))")
                + (cameras.count > 1 ? "; choose its cameras with --camera" : ""))
    }

    private static func taken(_ query: StandingQuery) -> Failure {
        Failure(
            .failed,
            query.origin == .file
                ? "cannot add the query \(query.name): the configuration file has one of that name; choose another"
                : "cannot add the query \(query.name): there is one of that name; choose another, or remove it first")
    }

    private static func list(_ names: [String]) -> String { names.prefix(20).joined(separator: ", ") }
}
