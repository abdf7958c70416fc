import Foundation
import TestSupport
import Testing

/// `alertd eval vtg` on published forms of files.
@Suite("eval vtg", .tags(.integration), .timeLimit(.minutes(10)))
struct EvalCommandTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func lines(_ records: [Any]) throws -> Data {
        try records.reduce(into: Data()) { data, record in
            data += try JSONSerialization.data(withJSONObject: record) + Data("\n".utf8)
        }
    }

    @Test("QVHighlights' metrics have the published names and values")
    func published() throws {
        let file = Fixtures.folder.appending(path: "vectors/grounding/mdetr_eval_synthetic.json")
        let golden = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
        let truth = try folder.write("truth.jsonl", lines(try #require(golden["ground_truth"] as? [Any])))
        let answers = try folder.write("answers.jsonl", lines(try #require(golden["predictions"] as? [Any])))
        let command = ["eval", "vtg", "qvhighlights", "--predictions", answers, "--annotations", truth]
        let outcome = try AlertdProgram.run(command + ["--json"])
        #expect(outcome.status == 0 && outcome.errors.isEmpty)
        let found = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? NSDictionary
        #expect(found == golden["metrics"] as? NSDictionary)
        let table = try AlertdProgram.run(command)
        #expect(table.output.contains("MR-full-mAP") && table.output.split(separator: "\n").count == 15)
    }

    @Test("Charades-STA and ActivityNet are compared by first spans")
    func accuracy() throws {
        let truth = try folder.write(
            "truth.json",
            Data(#"{"v": {"duration": 20, "timestamps": [[0, 10], [10, 20]], "sentences": ["a", "b"]}}"#.utf8))
        let answers = try folder.write("answers.json", Data(#"{"v": [[0, 10], [14, 20]]}"#.utf8))
        for dataset in ["activitynet", "charades-sta"] {
            let outcome = try AlertdProgram.run([
                "eval", "vtg", dataset, "--predictions", answers, "--annotations", truth, "--json",
            ])
            #expect(outcome.status == 0)
            let values = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Double]
            #expect(values == ["mIoU": 0.8, "R@0.3": 1, "R@0.5": 1, "R@0.7": 0.5, "queries": 2])
        }
    }

    @Test("files that do not belong together are refused in one line")
    func refused() throws {
        let truth = try folder.write(
            "truth.jsonl", Data(#"{"qid": 1, "duration": 10, "relevant_windows": [[0, 5]]}"#.utf8))
        let answers = try folder.write(
            "answers.jsonl", Data(#"{"qid": 2, "pred_relevant_windows": [[0, 5, 1]]}"#.utf8))
        for (other, words) in [(answers, "without prediction (1)"), ("/nonexistent", "cannot read")] {
            let outcome = try AlertdProgram.run([
                "eval", "vtg", "qvhighlights", "--predictions", other, "--annotations", truth,
            ])
            #expect(outcome.status == 2 && outcome.output.isEmpty)
            #expect(outcome.errors.contains(words) && outcome.errors.split(separator: "\n").count == 1)
        }
        #expect(try AlertdProgram.run(["eval", "vtg", "nothing"]).status == 64)
    }
}
