import ArgumentParser
import Base
import Foundation
import Grounding
import Pipeline
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

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be at least 1") }
        if text.allSatisfy(\.isWhitespace) { throw ValidationError("the sentence is empty") }
    }

    func run() async throws {
        let request = try WatchRequest(text)
        let environment = ProcessInfo.processInfo.environment
        let engine = try encoder.engine(options, environment: environment)
        for scene in request.condition.scenes { try await UnknownWords.warn(about: scene, engine: engine) }
        let scope = FootageSearch.Scope(camera: range.camera, since: range.since, until: range.until)
        let (text, limit) = (text, limit)
        let plan = try DatabaseSession.Plan(options, environment: environment)
        let hits = try await Interruption.guarding {
            try await DatabaseSession.with(plan) { session in
                let search = FootageSearch(
                    engine: engine, events: session.events, encodings: try session.encodingReader(of: engine))
                return try await search.spans(for: text, in: scope, limit: limit)
            }
        }
        var table = Table(["camera", "start", "end", "probability", "event", "description"])
        for hit in hits {
            if options.json {
                StandardStreams.print(try JSONLine.text(SearchLine(hit)))
            } else {
                table.add([
                    hit.camera.name, hit.during.start.description, hit.during.end.description,
                    "\(Rounded.score(hit.score))", hit.event.map { "\($0.id)" } ?? "–", hit.event?.description ?? "",
                ])
            }
        }
        if hits.isEmpty { throw Failure(.nothingFound, "nothing found for \"\(text)\"") }
        if !options.json { table.lines.forEach(StandardStreams.print) }
    }
}
