import ArgumentParser
import Foundation
import Grounding
import Web

/// `alertd eval vtg DATASET --predictions FILE --annotations FILE`
struct EvalGroundingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vtg", abstract: "Video temporal grounding: how well predicted spans fit the true ones.")

    /// Whose metrics are computed.
    enum Dataset: String, ExpressibleByArgument, CaseIterable {
        case qvhighlights
        case charades = "charades-sta"
        case activitynet
    }

    @OptionGroup var options: GlobalOptions

    @Argument(help: "Whose metrics: qvhighlights, charades-sta or activitynet.") var dataset: Dataset
    @Option(help: "The predictions: a JSON object a line, or for charades-sta and activitynet one from video to spans.")
    var predictions: String
    @Option(help: "What is true, as the data set publishes it.") var annotations: String
    @Flag(help: "Compare the queries that both files have, instead of refusing files that differ.") var intersection =
        false

    func run() throws {
        let truth = URL(filePath: annotations)
        let answers = URL(filePath: predictions)
        switch dataset {
        case .qvhighlights:
            let report = try VideoGroundingReport(
                predictions: MomentFiles.predictions(answers), annotations: MomentFiles.annotations(truth),
                isIntersection: intersection)
            try write(report)
        case .charades, .activitynet: try write(try accuracy(truth, answers))
        }
    }

    private func accuracy(_ truth: URL, _ answers: URL) throws -> SpanAccuracy {
        if truth.pathExtension == "json" {
            return try CaptionFiles(annotations: truth, predictions: answers).accuracy(isIntersection: intersection)
        }
        return try SpanAccuracy(
            predictions: MomentFiles.predictions(answers), annotations: MomentFiles.annotations(truth),
            isIntersection: intersection)
    }

    private func write(_ report: VideoGroundingReport) throws {
        if options.json {
            StandardStreams.print(try PublishedReport(report).line())
            return
        }
        var table = Table(["metric", "percent"])
        for (name, value) in report.brief.sorted(by: { $0.key < $1.key }) {
            table.add([name, String(format: "%.2f", value)])
        }
        table.lines.forEach(StandardStreams.print)
    }

    private func write(_ accuracy: SpanAccuracy) throws {
        let recalls = zip(SpanAccuracy.thresholds, accuracy.recalls).map { ("R@\($0)", $1) }
        let values = [("mIoU", accuracy.meanOverlap)] + recalls
        if options.json {
            let pairs = Dictionary(uniqueKeysWithValues: values + [("queries", Double(accuracy.count))])
            StandardStreams.print(try JSONLine.text(pairs))
            return
        }
        var table = Table(["metric", "of \(accuracy.count) queries"])
        for (name, value) in values { table.add([name, String(format: "%.4f", value)]) }
        table.lines.forEach(StandardStreams.print)
    }
}

extension EvalGroundingCommand {
    /// The report under the published names.
    private struct PublishedReport: Encodable {
        let report: VideoGroundingReport

        init(_ report: VideoGroundingReport) { self.report = report }

        func encode(to encoder: any Encoder) throws {
            var values = encoder.container(keyedBy: Name.self)
            try values.encode(report.brief, forKey: Name("brief"))
            for (name, metrics) in report.highlights { try values.encode(metrics, forKey: Name(name)) }
            for (name, metrics) in report.retrieval { try values.encode(metrics, forKey: Name(name)) }
        }

        func line() throws -> String {
            let encoder = JSONEncoder()
            encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
            return String(decoding: try encoder.encode(self), as: UTF8.self)
        }
    }

    private struct Name: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }
        init(_ name: String) { stringValue = name }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }
}
