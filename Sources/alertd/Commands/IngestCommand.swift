import Anomaly
import ArgumentParser
import Base
import Configuration
import Foundation
import Ingest
import Pipeline
import Web

/// `alertd ingest FILE…`
struct IngestCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract: "Analyse recordings as fast as the machine can, then exit.",
        discussion: """
            Frames are decoded, sampled, encoded and scored; events, anomaly scores and encodings are stored. The \
            last line is a JSON object with what was done. Ingesting a file again adds nothing; with further \
            queries it adds their events. Without --start a recording begins at its creation time, else at its \
            modification time less its duration; further files begin where the one before ended when --start is given. \
            Privacy masks of a camera of the configuration are painted over its recordings too.
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var encoder: EncoderOptions

    @Argument(
        help: ArgumentHelp(
            "The recordings: files, folders (every video file below them, by name), '-' for standard input.",
            valueName: "file"))
    var files: [String]
    @Option(help: "The camera that the recordings belong to.") var camera: CameraID
    @Option(help: ArgumentHelp("Moment of the first frame (RFC 3339).", valueName: "time")) var start: WallTime?
    @Option(help: "Analysed frames a second.") var fps = 1.0
    @Option(help: ArgumentHelp("A sentence to find events for; may be repeated.", valueName: "text"))
    var query: [String] = []
    @Flag(
        inversion: .prefixedNo,
        help: "Whether a picture that shows nothing new shares the encoding of the last one that did.")
    var changeGate = true

    /// Bytes; a name that the database's index of events takes.
    private static let longestQuery = 1000

    func validate() throws {
        guard (0.001...60).contains(fps) else { throw ValidationError("--fps must lie in 0.001–60") }
        if query.contains(where: { $0.utf8.count > Self.longestQuery }) {
            throw ValidationError("--query is longer than \(Self.longestQuery) bytes")
        }
        if query.contains(where: { $0.allSatisfy(\.isWhitespace) }) { throw ValidationError("--query needs words") }
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let arguments = RecordingArguments(files, spool: FileManager.default.temporaryDirectory.path)
        let media = arguments.media
        var failures = arguments.failures
        if media.isEmpty { throw Failure(.failed, failures.map(\.message).joined(separator: "\nalertd: ")) }
        let engine = try encoder.engine(options, environment: environment)
        for text in query { try await UnknownWords.warn(about: text, engine: engine) }
        let plan = try DatabaseSession.Plan(options, environment: environment)
        let known = plan.configuration.camera(camera)
        let run = IngestRun(
            camera: camera, start: start, fps: fps, queries: Self.distinct(query).map { Query($0) },
            reusesEncodings: changeGate, engine: engine,
            sentences: try AnomalySetup.sentences(options, environment: environment),
            ceilingPerDay: known?.alarmCeilingPerDay ?? 1, mask: known?.privacyMask ?? .none, logger: plan.logger)
        let opened = media
        let (summary, failed) = try await Interruption.guarding {
            try await DatabaseSession.with(plan) { try await run.ingest(opened, into: $0) }
        }
        failures += failed
        StandardStreams.print(try JSONLine.text(summary))
        if !failures.isEmpty { throw Failure(.failed, failures.map(\.message).joined(separator: "\nalertd: ")) }
    }

    private static func distinct(_ texts: [String]) -> [String] {
        texts.reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}
