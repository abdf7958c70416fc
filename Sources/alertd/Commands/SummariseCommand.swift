import ArgumentParser
import Base
import Foundation
import Ingest
import Pipeline
import Store
import Web

/// `alertd summarise FILE`
struct SummariseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "summarise",
        abstract: "Print the moments that sum a recording up, in order of time. Needs no database.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var encoder: EncoderOptions

    @Argument(help: "The recording.") var file: String
    @Option(help: "Most moments printed.") var top = 5
    @Option(help: "Longest moment, seconds.") var longest = 10.0
    @Option(help: "Analysed frames a second.") var fps = 1.0

    private struct Line: Encodable {
        let startSeconds: Double
        let endSeconds: Double
        let atSeconds: Double
        let share: Double
    }

    func validate() throws {
        guard (1...100).contains(top) else { throw ValidationError("--top must lie in 1–100") }
        guard (0.001...60).contains(fps) else { throw ValidationError("--fps must lie in 0.001–60") }
        guard (1...3600).contains(longest) else { throw ValidationError("--longest must lie in 1–3600") }
    }

    func run() async throws {
        let media = try MediaFile(path: file)
        let engine = try encoder.engine(options, environment: ProcessInfo.processInfo.environment)
        try PrivilegeDrop.drop(to: try ServiceAccount.forDecoding())
        let source = try await FileSource(media, configuration: IngestConfiguration(analyseFPS: fps))
        var bar = ProgressBar(media.location.description)
        let length = source.probe.durationSeconds ?? 0
        let moments = try await RecordingSummary(engine: engine).moments(
            of: source, count: top, longest: longest
        ) { seconds in bar.show(seconds / max(length, 1e-9), "\(Int(seconds)) s") }
        bar.clear()
        var table = Table(["start", "end", "at", "share"])
        for moment in moments {
            let line = Line(
                startSeconds: Rounded.milliseconds(moment.start), endSeconds: Rounded.milliseconds(moment.end),
                atSeconds: Rounded.milliseconds(moment.at), share: Rounded.score(moment.share))
            if options.json {
                StandardStreams.print(try JSONLine.text(line))
            } else {
                table.add([
                    "\(line.startSeconds) s", "\(line.endSeconds) s", "\(line.atSeconds) s",
                    "\(Int((line.share * 100).rounded())) %",
                ])
            }
        }
        if !options.json { table.lines.forEach(StandardStreams.print) }
    }
}
