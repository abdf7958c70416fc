import ArgumentParser
import Base
import Configuration
import Foundation
import Pipeline
import Store
import Web

/// `alertd events clip ID --out F`
struct EventsClipCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clip", abstract: "Write the clip of an event, or its thumbnail, to a file.",
        discussion: """
            The clip is cut from the footage of this machine at the event's start and end, with the pre- and post-roll of \
            the camera's configuration around them. Footage is in a file half a minute after it was seen.
            """)

    @OptionGroup var options: GlobalOptions
    @Argument(help: "The event's id, as 'events list' prints it.") var id: Int64
    @Option(help: ArgumentHelp("The file to write; '-' for standard output.", valueName: "file")) var out: String
    @Option(help: ArgumentHelp("Footage before the event's start.", valueName: "seconds")) var pre: Double?
    @Option(help: ArgumentHelp("Footage after the event's end.", valueName: "seconds")) var post: Double?
    @Flag(help: "Write a picture of the event (JPEG) instead of the clip.") var thumbnail = false

    private struct Line: Encodable {
        let event: Int64
        let file: String
        let start: String
        let end: String
    }

    func validate() throws {
        for seconds in [pre, post].compactMap(\.self) where !(0...600).contains(seconds) {
            throw ValidationError("--pre and --post must lie in 0–600")
        }
    }

    func run() async throws {
        let plan = try DatabaseSession.Plan(options, environment: ProcessInfo.processInfo.environment)
        // Opened before the process gives up root, so that the file lands where the user may write.
        let file = try OutputFile(out)
        let (id, pre, post, thumbnail) = (id, pre, post, thumbnail)
        do {
            let (event, span) = try await Interruption.guarding {
                try await DatabaseSession.with(plan) { session -> (EventRecord, TimeSpan) in
                    guard let event = try await session.events.event(id) else {
                        throw Failure(.failed, "there is no event \(id); 'alertd events list' shows the ids")
                    }
                    let clips = EventClips(
                        events: session.events, footage: FootageFiles(stateDirectory: session.state.path))
                    if thumbnail {
                        try file.copy(try await Self.thumbnail(event, clips))
                        return (event, event.during)
                    }
                    let clip = try await clips.cutPath()
                    defer { unlink(clip) }
                    let roll = plan.configuration.cameras.first { $0.name.name == event.camera }?.clips
                    let span = try await Self.cut(
                        event, clips, before: pre ?? roll.map { $0.before / .seconds(1) } ?? 5,
                        after: post ?? roll.map { $0.after / .seconds(1) } ?? 5, into: clip)
                    try file.copy(clip)
                    return (event, span)
                }
            }
            if out != "-" { tell(event, span) }
        } catch {
            file.discard()
            throw error
        }
    }

    private func tell(_ event: EventRecord, _ span: TimeSpan) {
        let line = Line(event: event.id, file: out, start: "\(span.start)", end: "\(span.end)")
        let text = "\(out): camera \(event.camera), \(line.start) to \(line.end)"
        StandardStreams.print(options.json ? (try? JSONLine.text(line)) ?? text : text)
    }

    /// The path of the event's picture.
    private static func thumbnail(_ event: EventRecord, _ clips: EventClips) async throws -> String {
        guard let path = try await clips.thumbnail(of: event), FileManager.default.isReadableFile(atPath: path) else {
            throw Failure(.failed, "there is no picture of event \(event.id): none was taken, or it is gone")
        }
        return path
    }

    private static func cut(
        _ event: EventRecord, _ clips: EventClips, before: Double, after: Double, into path: String
    ) async throws -> TimeSpan {
        if let span = try await clips.cut(event, before: before, after: after, into: path) { return span }
        throw Failure(
            .failed,
            "there is no footage of event \(event.id): it was not recorded, is gone, or lies less than half a minute back; "
                + "try again later")
    }
}
