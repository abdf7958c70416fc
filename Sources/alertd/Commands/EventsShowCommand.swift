import Anomaly
import ArgumentParser
import Base
import Foundation
import Pipeline
import Store
import Web

/// `alertd events show ID`
struct EventsShowCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show one event, an anomaly with its reason.",
        discussion: """
            With --recompute an anomaly is judged once more from its stored encodings, by what is normal for its camera now: \
            the reason then stands beside the one of its time.
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var encoder: EncoderOptions
    @Argument(help: "The event's id, as 'events list' prints it.") var id: Int64
    @Flag(help: "Judge an anomaly anew from its stored encodings.") var recompute = false

    private struct Recomputed: Encodable {
        let recomputed: AnomalyExplanation?
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let engine = recompute ? try encoder.engine(options, environment: environment) : nil
        let sentences = recompute ? try AnomalySetup.sentences(options, environment: environment) : nil
        let (id, plan) = (id, try DatabaseSession.Plan(options, environment: environment))
        let (row, anew) = try await Interruption.guarding {
            try await DatabaseSession.with(plan) { session -> (EventRecord?, AnomalyExplanation?) in
                let row = try await session.events.event(id)
                guard let row, let engine, let sentences, row.kind == "anomaly" else { return (row, nil) }
                let scoring = await AnomalySetup.recordings(
                    ceilingPerDay: 1, sentences, engine, state: session.state, plan.logger)
                return (
                    row,
                    try await scoring.explain(
                        row.during, of: row.camera, engine: engine, stored: try session.encodingReader(of: engine))
                )
            }
        }
        guard let row else {
            throw Failure(.failed, "there is no event \(id); 'alertd events list' shows the ids")
        }
        let line = EventLine(row)
        if options.json {
            StandardStreams.print(try JSONLine.text(line))
            if recompute { StandardStreams.print(try JSONLine.text(Recomputed(recomputed: anew))) }
            return
        }
        line.fields.forEach { StandardStreams.print($0) }
        guard recompute else { return }
        if let anew {
            ExplanationLines.lines(anew, title: "now").forEach { StandardStreams.print($0) }
        } else {
            StandardStreams.print("now          no stored encodings of it that anything can be compared with")
        }
    }
}
