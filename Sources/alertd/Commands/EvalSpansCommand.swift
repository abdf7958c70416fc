import ArgumentParser
import Foundation
import Grounding
import Ingest
import Pipeline
import Store
import Web

/// `alertd eval spans QUERIES`
struct EvalSpansCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "spans",
        abstract: "What 'ground' finds for many sentences, and when a live camera would have told.",
        discussion: """
            QUERIES is a file of JSON lines: {"file": recording, "sentences": […]}, the recording beside it; or {"curve": […]}, \
            the saliency of --fps frames a second in place of an encoder's. Prints for each line {"file", "answers": [{"moments": \
            [[start, end, score]], "alerts": [[told, start]]}]}, seconds; both are left out for a sentence that is refused, alerts for one \
            that is more than a scene.
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var encoder: EncoderOptions

    @Argument(help: "The file of queries.", completion: .file()) var queries: String
    @Option(help: "Analysed frames a second.") var fps = 2.0
    @Option(help: "Most spans of a sentence.") var top = 1

    /// One line of the file.
    private struct Item: Decodable {
        let file: String?
        let sentences: [String]?
        let curve: [Float]?
    }

    private struct Line: Encodable {
        struct Answer: Encodable {
            let moments: [[Double]]?
            let alerts: [[Double]]?

            init(_ answer: SentenceSpans.Answer) {
                moments = answer.moments?.map {
                    [Rounded.milliseconds($0.start), Rounded.milliseconds($0.end), Rounded.score($0.score)]
                }
                alerts = answer.alerts?.map { [Rounded.milliseconds($0.told), Rounded.milliseconds($0.start)] }
            }
        }

        let file: String?
        let answers: [Answer]
    }

    func validate() throws {
        guard (0.001...60).contains(fps) else { throw ValidationError("--fps must lie in 0.001–60") }
        guard (1...1000).contains(top) else { throw ValidationError("--top must lie in 1–1000") }
    }

    func run() async throws {
        let items = try read()
        let folder = URL(filePath: queries).deletingLastPathComponent()
        let environment = ProcessInfo.processInfo.environment
        let hasRecordings = items.contains { $0.file != nil }
        let engine = hasRecordings ? try encoder.engine(options, environment: environment) : nil
        let constants = try engine?.constants ?? .load(folder: encoder.folder(options, environment: environment))
        let media = try items.map { item in
            try item.file.map { try MediaFile(path: $0.hasPrefix("/") ? $0 : folder.appending(path: $0).path) }
        }
        let spans = SentenceSpans(constants, analyseFPS: fps, top: top)
        if hasRecordings { try PrivilegeDrop.drop(to: try ServiceAccount.forDecoding()) }
        for (item, recording) in zip(items, media) {
            var answers: [SentenceSpans.Answer] = []
            if let recording, let engine, let sentences = item.sentences {
                let source = try await FileSource(recording, configuration: IngestConfiguration(analyseFPS: fps))
                answers = try await spans.answers(to: sentences, in: source, engine: engine)
            } else if let curve = item.curve {
                answers = [spans.answer(curve: curve)]
            }
            StandardStreams.print(try JSONLine.text(Line(file: item.file, answers: answers.map(Line.Answer.init))))
        }
    }

    private func read() throws -> [Item] {
        let text: String
        do {
            text = try String(contentsOf: URL(filePath: queries), encoding: .utf8)
        } catch {
            throw Failure(.failed, "cannot read \(queries): \(error.localizedDescription); name a file of JSON lines")
        }
        return try text.split(whereSeparator: \.isNewline).enumerated().map { number, line in
            guard let item = try? JSONDecoder().decode(Item.self, from: Data(line.utf8)),
                (item.file != nil && item.sentences != nil) != (item.curve != nil),
                item.curve?.allSatisfy({ (0...1).contains($0) }) ?? true
            else {
                throw Failure(
                    .failed,
                    "\(queries):\(number + 1): it is neither a file with sentences nor a curve of values in 0…1")
            }
            return item
        }
    }
}
