import ArgumentParser
import Base
import Configuration
import Foundation
import Ingest
import Pipeline
import Store
import Web

/// `alertd reencode`
struct ReencodeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reencode",
        abstract: "Encode kept footage with the present encoder, after a change of encoder.",
        discussion: """
            Search looks at what the present encoder has seen. This shows it the footage that is kept, oldest first; what it \
            has seen already is left alone, so that the command can be broken off and run again. Recordings are ingested again instead.
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var encoder: EncoderOptions
    @OptionGroup var range: RangeOptions
    @Option(help: ArgumentHelp("Frames a second; else the camera's analyse_fps.", valueName: "n")) var fps: Double?

    private struct Line: Encodable {
        let camera: String
        let files: Int
        let knownFiles: Int
        let mediaSeconds: Double
        let framesEncoded: Int
        let errors: Int
    }

    func validate() throws {
        if let fps, !(0.01...60).contains(fps) { throw ValidationError("--fps must lie in 0.01–60") }
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let engine = try encoder.engine(options, environment: environment)
        let plan = try DatabaseSession.Plan(options, environment: environment)
        let (range, fps, isJSON) = (range, fps, options.json)
        // Years in which no camera had time, and more.
        let span = TimeSpan(
            start: range.since ?? WallTime(microseconds: 0),
            end: range.until ?? WallTime(microseconds: 8_000_000_000_000_000))
        let reports = try await Interruption.guarding {
            try await DatabaseSession.with(plan) { session in
                let work = FootageReencoding(
                    engine: engine, events: session.events,
                    footage: FootageFiles(stateDirectory: session.state.path),
                    encodings: try session.encodingStore(of: engine), stored: try session.encodingReader(of: engine))
                var reports: [(camera: CameraID, report: FootageReencoding.Report)] = []
                for camera in try await session.events.cameras().compactMap({ CameraID($0) })
                where range.camera == nil || range.camera == camera {
                    let known = plan.configuration.camera(camera)
                    var bar = ProgressBar(camera.name)
                    let report = try await work.run(
                        camera, during: span, fps: fps ?? known?.analyseFPS ?? 1, mask: known?.privacyMask ?? .none
                    ) { done, all in
                        bar.show(Double(done) / Double(max(all, 1)), "\(done) of \(all) files")
                    }
                    bar.clear()
                    reports.append((camera, report))
                }
                return reports
            }
        }
        var table = Table(["camera", "files", "known before", "seconds", "frames encoded", "unreadable"])
        for (camera, report) in reports {
            for failure in report.failures { StandardStreams.complain("alertd: \(failure)") }
            let line = Line(
                camera: camera.name, files: report.files, knownFiles: report.knownFiles,
                mediaSeconds: Rounded.milliseconds(report.seconds), framesEncoded: report.frames,
                errors: report.failures.count)
            if isJSON {
                StandardStreams.print(try JSONLine.text(line))
            } else {
                table.add([
                    line.camera, "\(line.files)", "\(line.knownFiles)", "\(line.mediaSeconds)", "\(line.framesEncoded)",
                    "\(line.errors)",
                ])
            }
        }
        if !isJSON { table.lines.forEach(StandardStreams.print) }
        if let known = range.camera, reports.isEmpty {
            throw Failure(.failed, "there is no camera \(known); 'alertd camera list' shows them")
        }
        if reports.contains(where: { !$0.report.failures.isEmpty }) {
            throw Failure(.failed, "some footage could not be read; the rest is encoded")
        }
    }
}
