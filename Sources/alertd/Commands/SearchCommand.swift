public import ArgumentParser
import Base
import Foundation
import Grounding
public import Pipeline
import Store
import Web

/// `alertd search TEXT`
struct SearchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract: "Search past footage for a sentence; spans are printed best first. Exit code 1 when there is none.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var encoder: EncoderOptions
    @OptionGroup var range: RangeOptions
    @Argument(help: "The sentence, as in \"a person carries a ladder\".") var text: String
    @Option(help: "Most spans printed.") var limit = 20
    @Option(help: ArgumentHelp("Go on behind this answer: its `cursor` in JSON.", valueName: "cursor"))
    var after: SearchCursor?

    /// Descriptions that are encoded before a search, the newest first: some seconds' work. A daemon encodes all of them.
    private static let mostEncoded = 500

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be at least 1") }
        if text.allSatisfy(\.isWhitespace) { throw ValidationError("the sentence is empty") }
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let engine = try encoder.engine(options, environment: environment)
        let (text, limit, after) = (text, limit, after)
        let plan = try DatabaseSession.Plan(options, environment: environment)
        let scope = FootageSearch.Scope(
            camera: range.camera, since: range.since, until: range.until, zones: plan.configuration.pictureZones)
        let request = try WatchRequest(text, zones: Set(scope.zones.values.flatMap { $0.map(\.name) }))
        for scene in request.condition.scenes { try await UnknownWords.warn(about: scene, engine: engine) }
        let sentences = try SentenceSetup.encoder(plan.configuration)
        let encoder = try engine.encoderIdentity()
        let (found, unseen) = try await Interruption.guarding {
            try await DatabaseSession.with(plan) { session in
                let unseen = StoredEncodings(stateDirectory: session.state.path).unseen(by: [encoder])
                    .count { scope.camera == nil || scope.camera == $0.camera }
                let descriptions = DescriptionSearch(events: session.events, encoder: sentences)
                _ = try await descriptions.encodeNew(limit: Self.mostEncoded)
                let search = ClusterSetup.search(
                    FootageSearch(
                        engine: engine, events: session.events, encodings: try session.encodingReader(of: engine),
                        sentences: sentences), events: session.events, plan.configuration, environment: environment,
                    logger: plan.logger)
                return (try await search.spans(for: text, in: scope, limit: limit, after: after), unseen)
            }
        }
        if unseen > 0 {
            StandardStreams.complain(
                "alertd: \(unseen) days of cameras were watched by other encoders only and are not searched; "
                    + "'alertd reencode' shows this encoder the footage of them that is kept")
        }
        if !found.missing.isEmpty {
            StandardStreams.complain(
                "alertd: partial: \(found.missing.joined(separator: ", ")) did not answer; what they watched is missing"
            )
        }
        var table = Table(["camera", "start", "end", "probability", "event", "description"])
        for hit in found.hits {
            if options.json {
                StandardStreams.print(try JSONLine.text(SearchLine(hit, partial: found.missing)))
            } else {
                table.add([
                    hit.camera.name, hit.during.start.description, hit.during.end.description,
                    "\(Rounded.score(hit.score))", hit.event.map { "\($0.id)" } ?? "–", hit.event?.description ?? "",
                ])
            }
        }
        if found.hits.isEmpty {
            throw Failure(.nothingFound, "nothing \(after == nil ? "" : "more ")found for \"\(text)\"")
        }
        if !options.json { table.lines.forEach(StandardStreams.print) }
    }
}

extension SearchCursor: ExpressibleByArgument {
    /// A cursor as it was printed.
    public init?(argument: String) { self.init(argument) }
}
