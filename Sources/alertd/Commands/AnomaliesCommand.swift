import Anomaly
import ArgumentParser
import Base
import Foundation
import Ingest
import Pipeline
import Store
import Web

/// `alertd anomalies`
struct AnomaliesCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "anomalies",
        abstract: "Print the anomaly score of every analysed frame, oldest first, or judge one recording.",
        discussion: """
            With a FILE nothing is stored and no database is needed: the curve of that recording is printed, and the \
            events in it. normality compares it with its own past. The other methods ask a video-LLM, which takes \
            seconds a frame on a processor: lavad (captions, summary, rating), holmes-vad (the video-LLM looks only where \
            normality finds something), vera (five questions before the verdict), monitor (rated against what was \
            expected), anomaly-ruler (words that do not belong here, induced from the first captions).
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var range: RangeOptions
    @OptionGroup var encoder: EncoderOptions
    @OptionGroup var describer: DescriberOptions

    @Argument(help: "A recording.") var file: String?
    @Option(help: "How FILE is judged: normality, \(TextMethod.allCases.map(\.rawValue).joined(separator: ", ")).")
    var method: String?
    @Option(help: "Frames of FILE judged a second. [default: 1]") var fps: Double?
    @Option(help: "Most scores printed; the newest ones when there are more.") var limit = 100_000

    /// The method that needs no video-LLM.
    private static let normality = "normality"

    func validate() throws {
        guard limit > 0 else { throw ValidationError("--limit must be at least 1") }
        guard (0.001...60).contains(fps ?? 1) else { throw ValidationError("--fps must lie in 0.001–60") }
        if let method, method != Self.normality, TextMethod(rawValue: method) == nil {
            let known = [Self.normality] + TextMethod.allCases.map(\.rawValue)
            throw ValidationError("no method is called \(method); there are \(known.joined(separator: ", "))")
        }
        if file == nil {
            guard method == nil, fps == nil else { throw ValidationError("--method and --fps need a FILE") }
        } else if range.camera != nil || range.since != nil || range.until != nil {
            throw ValidationError("a FILE has no --camera, --since or --until")
        }
    }

    func run() async throws {
        if let file { try await judge(file) } else { try await list() }
    }

    private func list() async throws {
        let (camera, since, until, limit) = (range.camera, range.since, range.until, limit)
        let plan = try DatabaseSession.Plan(options, environment: ProcessInfo.processInfo.environment)
        let rows = try await Interruption.guarding {
            try await DatabaseSession.with(plan) {
                try await $0.events.listAnomalies(camera: camera, since: since, until: until, limit: limit)
            }
        }
        var table = Table(["camera", "at", "score", "p-value", "explanation"])
        for row in rows {
            if options.json {
                StandardStreams.print(try JSONLine.text(AnomalyLine(row)))
            } else {
                table.add([
                    row.camera, row.at.description, "\(Rounded.score(row.score))",
                    row.pValue.map { "\(Rounded.score($0))" } ?? "–", row.explanation ?? "",
                ])
            }
        }
        if !options.json { table.lines.forEach(StandardStreams.print) }
    }

    private func judge(_ file: String) async throws {
        let media = try MediaFile(path: file)
        let environment = ProcessInfo.processInfo.environment
        let engine = try encoder.engine(options, environment: environment)
        let fps = fps ?? 1
        let anomalies: RecordingAnomalies
        if let method = method.flatMap(TextMethod.init) {
            let narrator = try await describer.narrator(options, environment: environment, engine: engine)
            anomalies = RecordingAnomalies(engine: engine, method: method, narrator: narrator)
        } else {
            anomalies = RecordingAnomalies(engine: engine)
        }
        try PrivilegeDrop.drop(to: try ServiceAccount.forDecoding())
        let source = try await FileSource(media, configuration: IngestConfiguration(analyseFPS: fps))
        let start = RecordingStart(of: media, probe: source.probe).time
        var bar = ProgressBar(media.location.description)
        let length = source.probe.durationSeconds ?? 0
        let result = try await anomalies.find(in: source, analyseFPS: fps) { seconds in
            bar.show(seconds / max(length, 1e-9), "\(Int(seconds)) s")
        }
        bar.clear()
        try show(result, start)
        if result.failures > 0 {
            StandardStreams.complain(
                "alertd: \(result.failures) replies of the video-LLM could not be read; the score before them was held")
        }
    }

    private func show(_ result: RecordingAnomalies.Result, _ start: WallTime) throws {
        let moments = result.moments.suffix(limit)
        guard options.json else {
            var curve = Table(["at", "score", "p-value", "explanation"])
            for moment in moments {
                curve.add([
                    "\(Rounded.milliseconds(moment.seconds)) s", "\(Rounded.score(moment.score))",
                    moment.pValue.map { "\(Rounded.score($0))" } ?? "–", Self.oneLine(moment.text),
                ])
            }
            curve.lines.forEach(StandardStreams.print)
            var events = Table(["start", "end", "score", "explanation"])
            for event in result.events {
                events.add([
                    "\(Rounded.milliseconds(event.start)) s", "\(Rounded.milliseconds(event.end)) s",
                    "\(Rounded.score(event.score))", Self.oneLine(event.text),
                ])
            }
            StandardStreams.print("")
            (result.events.isEmpty ? ["no events"] : events.lines).forEach(StandardStreams.print)
            return
        }
        for moment in moments { StandardStreams.print(try JSONLine.text(MomentLine(moment, start))) }
        for event in result.events { StandardStreams.print(try JSONLine.text(EventSpan(event))) }
    }

    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    /// A moment in the form of a stored camera's, which a recording by itself has no name of.
    private struct MomentLine: Encodable {
        private let moment: RecordingAnomalies.Moment
        private let at: WallTime

        init(_ moment: RecordingAnomalies.Moment, _ start: WallTime) {
            (self.moment, at) = (moment, start.advanced(bySeconds: moment.seconds))
        }

        private enum Key: String, CodingKey { case camera, at, atSeconds, score, pValue, explanation }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encodeNil(forKey: .camera)
            try container.encode(at.description, forKey: .at)
            try container.encode(Rounded.milliseconds(moment.seconds), forKey: .atSeconds)
            try container.encode(Rounded.score(moment.score), forKey: .score)
            try container.encode(moment.pValue.map(Rounded.score), forKey: .pValue)
            try container.encode(moment.text.isEmpty ? nil : moment.text, forKey: .explanation)
        }
    }

    private struct EventSpan: Encodable {
        let startSeconds, endSeconds, score: Double
        let explanation: String?

        init(_ event: RecordingAnomalies.Event) {
            startSeconds = Rounded.milliseconds(event.start)
            endSeconds = Rounded.milliseconds(event.end)
            score = Rounded.score(event.score)
            explanation = event.text.isEmpty ? nil : event.text
        }
    }
}
