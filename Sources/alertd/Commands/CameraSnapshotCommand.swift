import ArgumentParser
import Base
import Configuration
import Foundation
import Ingest
import Pipeline

/// `alertd camera snapshot NAME`
struct CameraSnapshotCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "snapshot",
        abstract: "Write one picture of a camera of the configuration as a JPEG file.",
        discussion:
            "The picture has the size that is analysed at most, and the camera's privacy masks are painted over.")

    @OptionGroup var options: GlobalOptions
    @Argument(help: "The camera's name.") var name: CameraID
    @Option(help: ArgumentHelp("Where to write it; '-' for standard output. Else NAME.jpg.", valueName: "file"))
    var output: String?

    /// Frames that may be damaged before the stream is given up.
    private static let mostDamagedFrames = 500

    func run() async throws {
        let configuration = try DatabaseSession.Plan(
            options, environment: ProcessInfo.processInfo.environment
        ).configuration
        guard let camera = configuration.camera(name) else {
            let names = configuration.cameras.prefix(20).map(\.name.name).joined(separator: ", ")
            throw Failure(
                .usage, "there is no camera \(name) in the configuration" + (names.isEmpty ? "" : "; it has \(names)"))
        }
        var stream = try CameraStream(camera)
        stream.configuration.frames.analyseFPS = 25
        let mask = camera.privacyMask
        // Opened before the process gives up root, so that the picture lands where the user may write.
        let file = try OutputFile(output ?? "\(name).jpg")
        let opened = stream
        do {
            let bytes = try await CameraStream.reaching {
                guard let picture = try await Self.picture(of: opened) else { return [UInt8]?.none }
                return try JPEGEncoder.encode(mask.applied(to: picture), source: opened.address.location)
            }
            try file.write(bytes)
        } catch {
            file.discard()
            throw error
        }
    }

    /// The first intact picture; nil when the task was cancelled.
    private static func picture(of stream: CameraStream) async throws -> Picture? {
        let source = try await CameraSource.connect(to: stream.address, configuration: stream.configuration)
        return try await source?.withFrames { frames in
            var damaged = 0
            for try await frame in frames {
                if frame.frame.isIntact { return frame.frame.picture }
                damaged += 1
                if damaged >= mostDamagedFrames {
                    throw IngestError.corruptStream(stream.address.location, reason: "no picture is intact")
                }
            }
            return nil
        }
    }
}
