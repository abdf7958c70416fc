import ArgumentParser
import Foundation
import NN
import Pipeline
import VLM
import Web

/// `alertd eval search --events FILE --queries FILE [--model FOLDER]`
struct EvalSearchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search",
        abstract:
            "Search in descriptions: how many of the first 20 belong to the class asked for, and how high a paraphrased one comes."
    )

    @OptionGroup var options: GlobalOptions

    @Option(help: "JSON lines with text, cls, and text_neutral, the same said in other words.") var events: String
    @Option(help: "A JSON object from class to the sentence asked for.") var queries: String
    @Option(help: "The folder of a sentence encoder (MiniLM); without it by words alone.") var model: String?
    @Option(help: "Most paraphrases asked for, spread over the file.") var items = 1000

    private struct Event: Decodable {
        let cls: String
        let text: String
        let textNeutral: String?
    }

    private struct Line: Encodable {
        let evidence: String
        let events: Int
        let classes: Int
        let precisionAt20: Double
        let paraphrases: Int
        let knownItemMrr: Double
    }

    func validate() throws {
        guard items > 0 else { throw ValidationError("--items must be at least 1") }
    }

    func run() throws {
        let all = try Self.read(events, "JSON lines with text and cls") { data in
            let decoder = JSONDecoder()
            decoder.keyDecodingStrategy = .convertFromSnakeCase
            return try data.split(separator: UInt8(ascii: "\n")).map { try decoder.decode(Event.self, from: $0) }
        }
        let asked = try Self.read(queries, "a JSON object from class to sentence") { data in
            try JSONDecoder().decode([String: String].self, from: data)
        }.sorted { $0.key < $1.key }
        guard !all.isEmpty, !asked.isEmpty else { throw Failure(.failed, "cannot evaluate search: a file is empty") }
        BLAS.configure(threads: 1)
        let encoder = try model.map { try SentenceBERT.load(folder: $0) }
        let ranking = try DescriptionRanking(all.map(\.text), encoder: encoder)
        let paraphrased = all.indices.filter { all[$0].textNeutral.map { text in !text.isEmpty } ?? false }
            .filter { all[$0].textNeutral != all[$0].text }
        let chosen = stride(from: 0, to: paraphrased.count, by: max(1, paraphrased.count / items)).prefix(items)
            .map { paraphrased[$0] }
        for evidence in DescriptionRanking.Evidence.allCases where encoder != nil || evidence == .words {
            let precision = try asked.map { name, sentence in
                let best = DescriptionRanking.best(try ranking.scores(sentence, by: evidence), 20)
                return Double(best.count { all[$0].cls == name }) / Double(max(best.count, 1))
            }
            let reciprocal = try chosen.map { index -> Double in
                let scores = try ranking.scores(all[index].textNeutral ?? "", by: evidence)
                return 1 / Double(1 + scores.count { $0 > scores[index] })
            }
            try write(
                Line(
                    evidence: evidence.rawValue, events: all.count, classes: asked.count,
                    precisionAt20: Rounded.score(mean(precision)), paraphrases: chosen.count,
                    knownItemMrr: Rounded.score(mean(reciprocal))))
        }
    }

    private static func read<Content>(
        _ path: String, _ form: String, _ parse: (Data) throws -> Content
    ) throws -> Content {
        guard let data = try? Data(contentsOf: URL(filePath: path)) else {
            throw Failure(.failed, "cannot read \(path); check that the file is there and readable")
        }
        guard let content = try? parse(data) else { throw Failure(.failed, "cannot read \(path): it is not \(form)") }
        return content
    }

    private func mean(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count)
    }

    private func write(_ line: Line) throws {
        if options.json {
            StandardStreams.print(try JSONLine.text(line))
            return
        }
        StandardStreams.print(
            "\(line.evidence): P@20 \(line.precisionAt20) over \(line.classes) classes, MRR \(line.knownItemMrr) over "
                + "\(line.paraphrases) paraphrases, \(line.events) texts")
    }
}
