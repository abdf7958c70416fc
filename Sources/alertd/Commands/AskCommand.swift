import ArgumentParser
import Base
import Configuration
import Foundation
import Ingest
import Pipeline
import Store
import VLM
import Web

/// `alertd ask FILE TEXT`, `alertd ask --camera NAME TEXT`
struct AskCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ask",
        abstract: "Ask a video-LLM a question about a recording, or about what a camera recorded.",
        usage: """
            alertd ask [<options>] <file> <question> [--at <seconds>]
            alertd ask [<options>] --camera <camera> <question> [--at <time>] [--since <time>] [--until <time>]
            """,
        discussion: """
            Without --at the question is about all of it: of a long recording a memory keeps what differs (MovieChat's \
            global mode). With --at it is about that moment, with what came before in fewer frames (breakpoint mode). \
            Of a camera the last ten minutes are meant, or those before --at, unless --since says otherwise; its footage \
            must lie on this machine, and is in a file half a minute after it was seen. A recording needs no database. \
            The answer is printed as it is written; with --json every piece is a line {"text"}, and the last line holds \
            the whole answer.
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var encoder: EncoderOptions
    @OptionGroup var describer: DescriberOptions

    @OptionGroup var range: RangeOptions

    @Argument(help: "The recording, unless --camera is given; then the question.") var words: [String]
    @Option(
        help: ArgumentHelp(
            "The moment in question: seconds from a recording's beginning, a time for a camera.", valueName: "moment"))
    var at: String?
    @Option(help: "Frames looked at a second.") var fps = 1.0

    private struct Piece: Encodable { let text: String }

    private struct Line: Encodable {
        let answer: String
        /// Times of the frames that the model saw; of a camera.
        let frames: [String]?
        /// The same in a recording.
        let framesSeconds: [Double]?
        let model, modelDigest: String
        let tokensRead, tokensWritten: Int
    }

    /// Bytes; longer questions are texts.
    private static let longestQuestion = 2000
    /// Seconds of a camera's past that are meant when nothing else is said, and the most that are looked at.
    private static let (usual, longest) = (600.0, 7 * 86_400.0)

    private var question: String { words.last ?? "" }

    func validate() throws {
        guard (0.001...60).contains(fps) else { throw ValidationError("--fps must lie in 0.001–60") }
        guard words.count == (range.camera == nil ? 2 : 1) else {
            throw ValidationError(
                range.camera == nil
                    ? "name a recording and ask a question; or name a camera with --camera"
                    : "with --camera there is one argument, the question")
        }
        guard question.utf8.count <= Self.longestQuestion, !question.allSatisfy(\.isWhitespace) else {
            throw ValidationError("the question needs words, at most \(Self.longestQuestion) bytes of them")
        }
        if range.camera == nil {
            guard range.since == nil, range.until == nil else {
                throw ValidationError("--since and --until go with --camera")
            }
            _ = try second()
        } else {
            guard at == nil || range.until == nil else { throw ValidationError("say either --at or --until") }
            _ = try span(now: WallTime(Date()))
        }
    }

    /// The second of a recording in question.
    private func second() throws -> Double? {
        guard let at else { return nil }
        guard let second = Double(at), second >= 0, second.isFinite else {
            throw ValidationError("--at \(at): seconds from the recording's beginning are wanted, as in 12.5")
        }
        return second
    }

    /// The part of a camera's past in question.
    private func span(now: WallTime) throws -> TimeSpan {
        let moment = try at.map { text in
            guard let time = WallTime(argument: text) else {
                throw ValidationError("--at \(text): a time is wanted, as in 2026-05-01T12:00:00Z or 2h")
            }
            return time
        }
        let end = moment?.advanced(bySeconds: 1 / fps) ?? range.until ?? now
        let start = range.since ?? end.advanced(bySeconds: -Self.usual)
        guard start < end else { throw ValidationError("--since must lie before --until, --at and now") }
        guard end.seconds(since: start) <= Self.longest else {
            throw ValidationError("that is more than a week; choose a part with --since, --until or --at")
        }
        return TimeSpan(start: start, end: end)
    }

    func run() async throws {
        let environment = ProcessInfo.processInfo.environment
        let engine = try encoder.engine(options, environment: environment)
        let narrator = try await describer.narrator(options, environment: environment, engine: engine)
        let recording = RecordingNarration(narrator: narrator)
        if let camera = range.camera {
            try await ask(recording, narrator, about: camera, environment)
        } else {
            try await ask(recording, narrator, about: try MediaFile(path: words[0]))
        }
    }

    private func ask(
        _ recording: RecordingNarration, _ narrator: any VideoNarrator, about media: MediaFile
    ) async throws {
        try PrivilegeDrop.drop(to: try ServiceAccount.forDecoding())
        let source = try await FileSource(media, configuration: IngestConfiguration(analyseFPS: fps))
        var bar = ProgressBar(media.location.description)
        let end = try second().map { $0 + 1 / fps } ?? .infinity
        let length = min(end, source.probe.durationSeconds ?? 0)
        let clip = try await recording.clip(of: source, from: 0, to: end) { seconds in
            bar.show(seconds / max(length, 1e-9), "\(Int(seconds)) s")
        }
        bar.clear()
        guard !clip.frames.isEmpty else { throw Failure(.failed, "\(media.location) has no frames") }
        try await answer(recording, narrator, clip, since: nil)
    }

    private func ask(
        _ recording: RecordingNarration, _ narrator: any VideoNarrator, about camera: CameraID,
        _ environment: [String: String]
    ) async throws {
        let plan = try DatabaseSession.Plan(options, environment: environment)
        let span = try span(now: WallTime(Date()))
        let mask = plan.configuration.camera(camera)?.privacyMask ?? .none
        let clip = try await Interruption.guarding {
            try await DatabaseSession.with(plan) { session in
                var bar = ProgressBar(camera.name)
                let clip = try await recording.clip(
                    of: camera, during: span, fps: fps, mask: mask, events: session.events,
                    footage: FootageFiles(stateDirectory: session.state.path)
                ) { done, all in
                    bar.show(Double(done) / Double(max(all, 1)), "\(done) of \(all) files")
                }
                bar.clear()
                if !clip.frames.isEmpty { return clip }
                throw try await Self.nothing(of: camera, span, session.events)
            }
        }
        try await answer(recording, narrator, clip, since: span.start)
    }

    private static func nothing(
        of camera: CameraID, _ span: TimeSpan, _ events: EventStore
    ) async throws -> Failure {
        guard try await events.cameras().contains(camera.name) else {
            return Failure(.failed, "there is no camera \(camera); 'alertd camera list' shows them")
        }
        let others = try await events.nodesWithFootage(of: camera, during: span)
        return Failure(
            .failed,
            "there is no footage of camera \(camera) from \(span.start) to \(span.end) here: "
                + (others.isEmpty
                    ? "it was not recorded, is gone, or lies less than half a minute back"
                    : "it lies on \(others.joined(separator: ", ")); ask there"))
    }

    private func answer(
        _ recording: RecordingNarration, _ narrator: any VideoNarrator, _ clip: RecordingNarration.Clip,
        since start: WallTime?
    ) async throws {
        let isJSON = options.json
        let narration = try await recording.ask(question, about: clip, atEnd: at != nil) { text in
            if isJSON {
                StandardStreams.print(Self.line(Piece(text: text)))
            } else {
                StandardStreams.writeWords(text)
            }
        }
        let line = Line(
            answer: narration.text.trimmingCharacters(in: .whitespacesAndNewlines),
            frames: start.map { start in narration.shown.map { "\(start.advanced(bySeconds: $0))" } },
            framesSeconds: start == nil ? narration.shown.map { Rounded.milliseconds($0) } : nil, model: narrator.name,
            modelDigest: narrator.digest, tokensRead: narration.tokensRead, tokensWritten: narration.tokensWritten)
        StandardStreams.write(isJSON ? Self.line(line) + "\n" : "\n")
    }

    private static func line(_ value: some Encodable) -> String { (try? JSONLine.text(value)) ?? "{}" }
}
