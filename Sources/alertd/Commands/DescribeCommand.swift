import ArgumentParser
import Base
import Foundation
import Ingest
import Pipeline
import Store
import VLM
import Web

/// `alertd describe FILE`
struct DescribeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "describe",
        abstract: "Describe a recording, or each moment of it that differs, by a video-LLM. Needs no database.",
        discussion: """
            The sentences are printed as they are written. With --json every piece of them is a line {"text"}, and the last \
            line of each part holds the whole description. What the model says of gravity (level 0 to 3) is its opinion.
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var encoder: EncoderOptions
    @OptionGroup var describer: DescriberOptions

    @Argument(help: "The recording.") var file: String
    @Option(help: ArgumentHelp("Begin at this second.", valueName: "seconds")) var from: Double?
    @Option(help: ArgumentHelp("End at this second.", valueName: "seconds")) var to: Double?
    @Flag(help: "Describe each of the moments that sum the recording up, with its span.") var dense = false
    @Option(help: "Most moments (--dense).") var top = 8
    @Option(help: "Frames looked at a second.") var fps = 1.0

    private struct Piece: Encodable { let text: String }

    private struct Line: Encodable {
        let startSeconds, endSeconds: Double
        let title, description: String
        let level, people, vehicles: Int
        let actions: [String]
        let confidence: Double
        let framesSeconds: [Double]
        let model, modelDigest: String
        let tokensRead, tokensWritten: Int
    }

    func validate() throws {
        guard (0.001...60).contains(fps) else { throw ValidationError("--fps must lie in 0.001–60") }
        guard (1...100).contains(top) else { throw ValidationError("--top must lie in 1–100") }
        guard (from ?? 0) >= 0, (from ?? 0) < (to ?? .infinity) else {
            throw ValidationError("--from must not be negative, and lie before --to")
        }
        if dense, from != nil || to != nil { throw ValidationError("--dense looks at the whole recording") }
    }

    func run() async throws {
        let media = try MediaFile(path: file)
        let environment = ProcessInfo.processInfo.environment
        let engine = try encoder.engine(options, environment: environment)
        let narrator = try await describer.narrator(options, environment: environment, engine: engine)
        try PrivilegeDrop.drop(to: try ServiceAccount.forDecoding())
        let spans = try await dense ? moments(media, engine) : [(from ?? 0, to ?? .infinity)]
        for (from, to) in spans { try await describe(media, from, to, narrator) }
    }

    private func moments(_ media: MediaFile, _ engine: InferenceEngine) async throws -> [(Double, Double)] {
        let source = try await FileSource(media, configuration: IngestConfiguration(analyseFPS: fps))
        var bar = ProgressBar(media.location.description)
        defer { bar.clear() }
        let length = source.probe.durationSeconds ?? 0
        return try await RecordingSummary(engine: engine).moments(of: source, count: top, longest: 10) { seconds in
            bar.show(seconds / max(length, 1e-9), "\(Int(seconds)) s")
        }.map { ($0.start, max($0.end, $0.start + 1)) }
    }

    private func describe(_ media: MediaFile, _ from: Double, _ to: Double, _ narrator: EngineNarrator) async throws {
        let source = try await FileSource(media, configuration: IngestConfiguration(analyseFPS: fps))
        let recording = RecordingNarration(narrator: narrator)
        var bar = ProgressBar(media.location.description)
        let length = min(to, source.probe.durationSeconds ?? 0)
        let clip = try await recording.clip(of: source, from: from, to: to) { seconds in
            bar.show(seconds / max(length, 1e-9), "\(Int(seconds)) s")
        }
        bar.clear()
        guard !clip.frames.isEmpty else {
            throw Failure(.failed, "\(media.location) has no frames from second \(Rounded.milliseconds(from)) on")
        }
        let isJSON = options.json
        if !isJSON, dense {
            StandardStreams.write("\(Rounded.milliseconds(clip.start))–\(Rounded.milliseconds(clip.end)) s  ")
        }
        let (description, narration) = try await recording.describe(clip) { text in
            if isJSON {
                StandardStreams.print(Self.line(Piece(text: text)))
            } else {
                StandardStreams.writeWords(text)
            }
        }
        if isJSON {
            StandardStreams.print(Self.line(line(clip, description, narration, narrator)))
        } else {
            StandardStreams.writeWords("\n" + Self.facts(description) + "\n")
        }
    }

    private func line(
        _ clip: RecordingNarration.Clip, _ description: EventDescription, _ narration: Narration,
        _ narrator: EngineNarrator
    ) -> Line {
        Line(
            startSeconds: Rounded.milliseconds(clip.start), endSeconds: Rounded.milliseconds(clip.end),
            title: description.title, description: description.description, level: description.level,
            people: description.people, vehicles: description.vehicles, actions: description.actions,
            confidence: description.confidence,
            framesSeconds: narration.shown.map { Rounded.milliseconds(clip.start + $0) }, model: narrator.name,
            modelDigest: narrator.digest, tokensRead: narration.tokensRead, tokensWritten: narration.tokensWritten)
    }

    private static func line(_ value: some Encodable) -> String { (try? JSONLine.text(value)) ?? "{}" }

    private static func facts(_ description: EventDescription) -> String {
        let actions = description.actions.isEmpty ? "" : ", " + description.actions.joined(separator: ", ")
        return "(\(description.title); people: \(description.people), vehicles: \(description.vehicles)\(actions); "
            + "level \(description.level), the model's confidence \(Rounded.score(description.confidence)))"
    }
}
