import ArgumentParser
import Foundation
import Ingest
import Pipeline
import Store
import Web

/// `alertd eval scores FILE… --sentences FILE`
struct EvalScoresCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "scores",
        abstract: "How well each analysed frame of recordings fits each of a list of sentences.",
        discussion: """
            With --json one line a recording: {"file", "seconds": [frame], "looks": [frame], "similarities": \
            [frame][sentence]}, cosines as the encoder gives them. Conditions in sentences are not read.
            """)

    @OptionGroup var options: GlobalOptions
    @OptionGroup var encoder: EncoderOptions

    @Argument(help: "The recordings.", completion: .file()) var files: [String]
    @Option(help: "A file of sentences, one a line.", completion: .file()) var sentences: String
    @Option(help: "Analysed frames a second.") var fps = 2.0

    private struct Line: Encodable {
        let file: String
        let seconds: [Double]
        let looks: [Int]
        let similarities: [[Double]]
    }

    func validate() throws {
        guard (0.001...60).contains(fps) else { throw ValidationError("--fps must lie in 0.001–60") }
    }

    func run() async throws {
        let sentences = try read()
        let engine = try encoder.engine(options, environment: ProcessInfo.processInfo.environment)
        let scores = try await SentenceScores(sentences: sentences, engine: engine)
        let media = try files.map { try MediaFile(path: $0) }
        try PrivilegeDrop.drop(to: try ServiceAccount.forDecoding())
        var table = Table(["file", "best sentence", "mean similarity"])
        for (file, recording) in zip(files, media) {
            let source = try await FileSource(recording, configuration: IngestConfiguration(analyseFPS: fps))
            let frames = try await scores.frames(of: source)
            if options.json {
                let line = Line(
                    file: file, seconds: frames.map { Rounded.milliseconds($0.seconds) }, looks: frames.map(\.looks),
                    similarities: frames.map { $0.similarities.map { Rounded.cosine(Double($0)) } })
                StandardStreams.print(try JSONLine.text(line))
            } else if let best = Self.best(frames, of: sentences) {
                table.add([file, best.sentence, "\(Rounded.score(best.similarity))"])
            }
        }
        if !options.json { table.lines.forEach(StandardStreams.print) }
    }

    private func read() throws -> [String] {
        let text: String
        do {
            text = try String(contentsOf: URL(filePath: sentences), encoding: .utf8)
        } catch {
            throw Failure(
                .failed, "cannot read \(sentences): \(error.localizedDescription); name a text file, a sentence a line")
        }
        let lines = text.split(whereSeparator: \.isNewline).map { $0.trimmingCharacters(in: .whitespaces) }
            .filter { !$0.isEmpty }
        guard !lines.isEmpty else { throw Failure(.failed, "\(sentences) holds no sentence; write one a line") }
        return lines
    }

    /// The sentence of the highest mean similarity; nil for a recording without frames.
    private static func best(
        _ frames: [SentenceScores.Frame], of sentences: [String]
    ) -> (sentence: String, similarity: Double)? {
        guard !frames.isEmpty else { return nil }
        let means = sentences.indices.map { index in
            frames.reduce(0) { $0 + Double($1.similarities[index]) } / Double(frames.count)
        }
        return zip(sentences, means).max { $0.1 < $1.1 }.map { (sentence: $0, similarity: $1) }
    }
}
