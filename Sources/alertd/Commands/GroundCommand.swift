import ArgumentParser
import Base
import Foundation
import Ingest
import Pipeline
import Store

/// `alertd ground FILE TEXT`
struct GroundCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ground",
        abstract: "Find the spans of a recording that fit a sentence, best first. Needs no database.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var encoder: EncoderOptions

    @Argument(help: "The recording.") var file: String
    @Argument(help: "The sentence, as in \"a person carries a ladder\".") var text: String
    @Option(help: "How spans are found; this version has 'tfvtg'.") var method: GroundingMethod = .tfvtg
    @Option(help: "Most spans printed.") var top = 5
    @Option(help: "Analysed frames a second.") var fps = 2.0
    @Flag(help: "Print the most salient moments instead of spans.") var highlights = false
    @Option(help: ArgumentHelp("Write the saliency curve and the spans as an SVG picture.", valueName: "file"))
    var plot: String?

    /// The grounding methods that this version has.
    enum GroundingMethod: String, ExpressibleByArgument, CaseIterable {
        case tfvtg
    }

    private struct Line: Encodable {
        let startSeconds: Double
        let endSeconds: Double
        let score: Double
        let method: String
    }

    func validate() throws {
        guard (1...1000).contains(top) else { throw ValidationError("--top must lie in 1–1000") }
        guard (0.001...60).contains(fps) else { throw ValidationError("--fps must lie in 0.001–60") }
    }

    func run() async throws {
        let media = try MediaFile(path: file)
        let engine = try encoder.engine(options, environment: ProcessInfo.processInfo.environment)
        try await UnknownWords.warn(about: text, engine: engine)
        let plotFile = try plot.map(Self.create)
        try PrivilegeDrop.drop(to: try ServiceAccount.forDecoding())
        let source = try await FileSource(media, configuration: IngestConfiguration(analyseFPS: fps))
        var bar = ProgressBar(media.location.description)
        let length = source.probe.durationSeconds ?? 0
        let result = try await RecordingGrounding(engine: engine).moments(
            of: text, in: source, analyseFPS: fps, top: top
        ) { seconds in bar.show(seconds / max(length, 1e-9), "\(Int(seconds)) s") }
        bar.clear()
        let moments = highlights ? result.highlights(top) : result.moments
        try write(moments)
        if let plotFile { try writePlot(result, moments, to: plotFile) }
    }

    private func write(_ moments: [RecordingGrounding.Moment]) throws {
        var table = Table(["start", "end", "score", "method"])
        for moment in moments {
            let line = Line(
                startSeconds: Rounded.milliseconds(moment.start), endSeconds: Rounded.milliseconds(moment.end),
                score: Rounded.score(moment.score), method: method.rawValue)
            if options.json {
                StandardStreams.print(try JSONLine.text(line))
            } else {
                table.add(["\(line.startSeconds) s", "\(line.endSeconds) s", "\(line.score)", line.method])
            }
        }
        if options.json { return }
        if moments.isEmpty {
            StandardStreams.print("nothing in \(file) fits \"\(text)\"")
        } else {
            table.lines.forEach(StandardStreams.print)
        }
    }

    /// Opened before the process gives up root, so that the picture lands where the user may write.
    private static func create(_ path: String) throws -> FileHandle {
        guard FileManager.default.createFile(atPath: path, contents: nil),
            let handle = FileHandle(forWritingAtPath: path)
        else { throw Failure(.failed, "cannot write the plot \(path); choose another --plot") }
        return handle
    }

    private func writePlot(
        _ result: RecordingGrounding.Result, _ moments: [RecordingGrounding.Moment], to file: FileHandle
    ) throws {
        let plot = SaliencyPlot(
            title: text, times: result.times, saliency: result.saliency,
            spans: moments.map { $0.start...max($0.start, $0.end) }, seconds: result.mediaSeconds)
        do {
            try file.write(contentsOf: Data(plot.svg.utf8))
            try file.close()
        } catch {
            throw Failure(.failed, "cannot write the plot: \(error.localizedDescription); choose another --plot")
        }
    }
}
