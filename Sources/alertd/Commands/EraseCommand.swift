import ArgumentParser
import Base
import Foundation
import Pipeline
import Store
import Web

/// `alertd erase`
struct EraseCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "erase",
        abstract: "Remove for good what is known of a camera and a span of time.",
        discussion: """
            Events that touch the span go whole, with their texts; curves, encodings, and what waits to be written go \
            inside it; footage goes by whole files, which may be half a minute more at either end. Tables and files are rewritten, so that no byte stays in them, and a tombstone keeps the span from \
            being stored again. Back-ups are not reached, and PostgreSQL's write-ahead log is recycled in its own time.
            """)

    @OptionGroup var options: GlobalOptions
    @Option(help: "The camera.") var camera: CameraID
    @Option(help: ArgumentHelp("Beginning of the span (RFC 3339).", valueName: "time")) var from: WallTime
    @Option(help: ArgumentHelp("End of the span; itself not in it (RFC 3339).", valueName: "time")) var to: WallTime

    private struct Line: Encodable {
        let camera: String
        let start: String
        let end: String
        let events: Int
        let scores: Int
        let encodings: Int
        let footage: Int
    }

    func validate() throws {
        guard from < to else { throw ValidationError("--from must lie before --to") }
    }

    func run() async throws {
        let (camera, span) = (camera, TimeSpan(start: from, end: to))
        let plan = try DatabaseSession.Plan(options, environment: ProcessInfo.processInfo.environment)
        let (rows, encodings, footage) = try await Interruption.guarding {
            try await DatabaseSession.with(plan) { session in
                // The tombstone first: what a daemon still has in hand is refused from then on.
                let rows = try await session.events.erase(camera: camera, during: span)
                let files = FileErasure(stateDirectory: session.state.path)
                _ = try await files.eraseSpool(of: camera, during: span)
                let encodings = try await files.eraseEncodings(of: camera, during: span)
                // What is normal for the camera holds encodings too; a running daemon forgets them by the tombstone.
                _ = try await NormalityArchive(stateDirectory: session.state.path).erase(camera, during: span)
                return (rows, encodings, await files.eraseFootage(of: camera, during: span))
            }
        }
        if options.json {
            let line = Line(
                camera: camera.name, start: "\(span.start)", end: "\(span.end)", events: rows.events,
                scores: rows.scores,
                encodings: encodings, footage: footage)
            StandardStreams.print(try JSONLine.text(line))
            return
        }
        StandardStreams.print(
            "erased of \(camera): \(rows.events) events, \(rows.scores) values of curves, \(encodings) encodings, "
                + "\(footage) files of footage")
    }
}
