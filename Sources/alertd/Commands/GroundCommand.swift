import ArgumentParser
import Base
import Foundation
import Grounding
import Ingest
import NN
import Pipeline
import Store
import Web

/// `alertd ground FILE TEXT`
struct GroundCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ground",
        abstract: "Find the spans of a recording that fit a sentence, best first. Needs no database.")

    @OptionGroup var options: GlobalOptions
    @OptionGroup var encoder: EncoderOptions

    @Argument(help: "The recording.") var file: String
    @Argument(help: "The sentence, as in \"a person carries a ladder\".") var text: String
    @Option(help: "How spans are found: 'tfvtg' needs no training, 'univtg' is a network that --network names.")
    var method: GroundingMethod = .tfvtg
    @Option(help: ArgumentHelp("UniVTG's checkpoint, trained on the features of --encoder.", valueName: "file"))
    var network: String?
    @Option(
        help: ArgumentHelp(
            "SlowFast's weights, for a network that reads motion; else SLOWFAST_8x8_R50.pyth, slowfast.safetensors or the "
                + "folder slowfast beside the network.", valueName: "path"))
    var slowfast: String?
    @Option(help: "Most spans printed.") var top = 5
    @Option(help: "Analysed frames a second (tfvtg; 2, with BLIP-2 always 3).") var fps: Double?
    @Flag(help: "Print the most salient moments instead of spans.") var highlights = false
    @Option(help: ArgumentHelp("Write the saliency curve and the spans as an SVG picture.", valueName: "file"))
    var plot: String?

    /// The grounding methods that this version has.
    enum GroundingMethod: String, ExpressibleByArgument, CaseIterable {
        case tfvtg
        case univtg
    }

    private struct Line: Encodable {
        let startSeconds: Double
        let endSeconds: Double
        let score: Double
        let method: String
    }

    func validate() throws {
        guard (1...1000).contains(top) else { throw ValidationError("--top must lie in 1–1000") }
        guard (0.001...60).contains(fps ?? 2) else { throw ValidationError("--fps must lie in 0.001–60") }
        guard slowfast == nil || network != nil else { throw ValidationError("--slowfast goes with --network FILE") }
        guard (method == .univtg) == (network != nil) else {
            throw ValidationError("--method univtg and --network FILE go together")
        }
    }

    func run() async throws {
        let media = try MediaFile(path: file)
        let environment = ProcessInfo.processInfo.environment
        let folder = try encoder.folder(options, environment: environment)
        let result: RecordingGrounding.Result
        let plotFile: FileHandle?
        if let network {
            let networks = try NetworkGrounding(
                encoderFolder: folder, network: network, motion: slowfast,
                precision: try encoder.precision(options, environment: environment) ?? .fp32)
            plotFile = try plot.map(Self.create)
            result = try await analyse(media, fps: networks.analyseFPS) { source, progress in
                try await networks.moments(of: text, in: source, top: top, progress: progress)
            }
        } else if QueryTokenGrounding.suits(folder) {
            guard fps == nil else { throw ValidationError("--fps is not for BLIP-2, which sees 3 frames a second") }
            let grounding = try QueryTokenGrounding(
                encoderFolder: folder, precision: try encoder.precision(options, environment: environment))
            plotFile = try plot.map(Self.create)
            result = try await analyse(media, fps: QueryTokenGrounding.analyseFPS) { source, progress in
                try await grounding.moments(of: text, in: source, top: top, progress: progress)
            }
        } else {
            let (request, fps) = (try WatchRequest(text), fps ?? 2)
            let engine = try encoder.engine(options, environment: environment)
            for scene in request.condition.scenes { try await UnknownWords.warn(about: scene, engine: engine) }
            plotFile = try plot.map(Self.create)
            result = try await analyse(media, fps: fps) { source, progress in
                try await RecordingGrounding(engine: engine).moments(
                    of: request, in: source, analyseFPS: fps, top: top, progress: progress)
            }
        }
        let moments = highlights ? result.highlights(top) : result.moments
        try write(moments)
        if let plotFile { try writePlot(result, moments, to: plotFile) }
    }

    /// Reads the recording without root's rights, with a progress bar.
    private func analyse(
        _ media: MediaFile, fps: Double,
        _ body: (FileSource, (Double) -> Void) async throws -> RecordingGrounding.Result
    ) async throws -> RecordingGrounding.Result {
        try PrivilegeDrop.drop(to: try ServiceAccount.forDecoding())
        let source = try await FileSource(media, configuration: IngestConfiguration(analyseFPS: fps))
        var bar = ProgressBar(media.location.description)
        defer { bar.clear() }
        let length = source.probe.durationSeconds ?? 0
        return try await body(source) { seconds in bar.show(seconds / max(length, 1e-9), "\(Int(seconds)) s") }
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
