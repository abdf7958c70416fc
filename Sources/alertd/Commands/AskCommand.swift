import ArgumentParser
import Base
import Foundation
import Ingest
import Pipeline
import Store
import VLM
import Web

/// `alertd ask FILE TEXT`
struct AskCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ask",
        abstract: "Ask a video-LLM a question about a recording. Needs no database.",
        discussion: """
            Without --at the question is about all of it: of a long recording a memory keeps what differs (MovieChat's \
            global mode). With --at it is about that moment, with what came before in fewer frames (breakpoint mode). \
            The answer is printed as it is written; with --json every piece is a line {"text"}, and the last line holds \
            the whole answer.
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var encoder: EncoderOptions
    @OptionGroup var describer: DescriberOptions

    @Argument(help: "The recording.") var file: String
    @Argument(help: "The question.") var text: String
    @Option(help: ArgumentHelp("The moment in question.", valueName: "seconds")) var at: Double?
    @Option(help: "Frames looked at a second.") var fps = 1.0

    private struct Piece: Encodable { let text: String }

    private struct Line: Encodable {
        let answer: String
        let framesSeconds: [Double]
        let model, modelDigest: String
        let tokensRead, tokensWritten: Int
    }

    /// Bytes; longer questions are texts.
    private static let longestQuestion = 2000

    func validate() throws {
        guard (0.001...60).contains(fps) else { throw ValidationError("--fps must lie in 0.001–60") }
        guard (at ?? 0) >= 0 else { throw ValidationError("--at must not be negative") }
        guard text.utf8.count <= Self.longestQuestion, !text.allSatisfy(\.isWhitespace) else {
            throw ValidationError("the question needs words, at most \(Self.longestQuestion) bytes of them")
        }
    }

    func run() async throws {
        let media = try MediaFile(path: file)
        let environment = ProcessInfo.processInfo.environment
        let engine = try encoder.engine(options, environment: environment)
        let narrator = try await describer.narrator(options, environment: environment, engine: engine)
        try PrivilegeDrop.drop(to: try ServiceAccount.forDecoding())
        let source = try await FileSource(media, configuration: IngestConfiguration(analyseFPS: fps))
        let recording = RecordingNarration(narrator: narrator)
        var bar = ProgressBar(media.location.description)
        let end = at.map { $0 + 1 / fps } ?? .infinity
        let length = min(end, source.probe.durationSeconds ?? 0)
        let clip = try await recording.clip(of: source, from: 0, to: end) { seconds in
            bar.show(seconds / max(length, 1e-9), "\(Int(seconds)) s")
        }
        bar.clear()
        guard !clip.frames.isEmpty else { throw Failure(.failed, "\(media.location) has no frames") }
        let isJSON = options.json
        let narration = try await recording.ask(text, about: clip, atEnd: at != nil) { text in
            if isJSON {
                StandardStreams.print(Self.line(Piece(text: text)))
            } else {
                StandardStreams.writeWords(text)
            }
        }
        let line = Line(
            answer: narration.text.trimmingCharacters(in: .whitespacesAndNewlines),
            framesSeconds: narration.shown.map { Rounded.milliseconds($0) }, model: narrator.name,
            modelDigest: narrator.digest, tokensRead: narration.tokensRead, tokensWritten: narration.tokensWritten)
        StandardStreams.write(isJSON ? Self.line(line) + "\n" : "\n")
    }

    private static func line(_ value: some Encodable) -> String { (try? JSONLine.text(value)) ?? "{}" }
}
