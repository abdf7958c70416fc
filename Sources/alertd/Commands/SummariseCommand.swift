import ArgumentParser
import Base
import Foundation
import Ingest
import Pipeline
import Store
import Web

/// `alertd summarise FILE`, `alertd summarise --camera NAME`
struct SummariseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "summarise",
        abstract: "Print the moments that sum up a recording, or what a camera saw, in order of time.",
        discussion: "A recording needs no database; of a camera its stored encodings are compared, nothing is decoded.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var encoder: EncoderOptions

    @OptionGroup var range: RangeOptions

    @Argument(help: "The recording; else --camera.") var file: String?
    @Option(help: "Most moments printed.") var top = 5
    @Option(help: "Longest moment, seconds.") var longest = 10.0
    @Option(help: "Analysed frames a second of a recording (1).") var fps: Double?

    /// A moment of a camera's past.
    private struct PastLine: Encodable {
        let camera: String
        let start: String
        let end: String
        let at: String
        let share: Double
    }

    private struct Line: Encodable {
        let startSeconds: Double
        let endSeconds: Double
        let atSeconds: Double
        let share: Double
    }

    func validate() throws {
        guard (1...100).contains(top) else { throw ValidationError("--top must lie in 1–100") }
        guard (file == nil) != (range.camera == nil) else {
            throw ValidationError("name a recording, or a camera with --camera")
        }
        guard file == nil || (range.since == nil && range.until == nil) else {
            throw ValidationError("--since and --until go with --camera")
        }
        guard fps == nil || file != nil else { throw ValidationError("--fps goes with a recording") }
        guard (0.001...60).contains(fps ?? 1) else { throw ValidationError("--fps must lie in 0.001–60") }
        guard (1...3600).contains(longest) else { throw ValidationError("--longest must lie in 1–3600") }
    }

    func run() async throws {
        if let file {
            try await summarise(recording: file)
        } else if let camera = range.camera {
            try await summarise(camera)
        }
    }

    private func summarise(recording file: String) async throws {
        let media = try MediaFile(path: file)
        let engine = try encoder.engine(options, environment: ProcessInfo.processInfo.environment)
        try PrivilegeDrop.drop(to: try ServiceAccount.forDecoding())
        let source = try await FileSource(media, configuration: IngestConfiguration(analyseFPS: fps ?? 1))
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

    private func summarise(_ camera: CameraID) async throws {
        let environment = ProcessInfo.processInfo.environment
        let engine = try encoder.engine(options, environment: environment)
        let plan = try DatabaseSession.Plan(options, environment: environment)
        let (scope, top, longest) = (FootageSearch.Scope(since: range.since, until: range.until), top, longest)
        let moments = try await Interruption.guarding {
            try await DatabaseSession.with(plan) { session in
                try await PastSummary(encodings: try session.encodingReader(of: engine))
                    .moments(of: camera, in: scope, count: top, longest: longest)
            }
        }
        if moments.isEmpty {
            throw Failure(
                .nothingFound,
                "nothing of camera \(camera.name) is stored for that time and this encoder; see 'alertd coverage'")
        }
        var table = Table(["start", "end", "at", "share"])
        for moment in moments {
            let line = PastLine(
                camera: camera.name, start: moment.during.start.description,
                end: moment.during.end.description, at: moment.at.description,
                share: Rounded.score(moment.share))
            if options.json {
                StandardStreams.print(try JSONLine.text(line))
            } else {
                table.add([
                    line.start, line.end, line.at,
                    "\(Int((line.share * 100).rounded())) %",
                ])
            }
        }
        if !options.json { table.lines.forEach(StandardStreams.print) }
    }
}
