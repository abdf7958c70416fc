import Foundation
import TestSupport
import Testing

/// `alertd eval vad` on published forms of files.
@Suite("eval vad", .tags(.integration), .timeLimit(.minutes(10)))
struct EvalAnomalyCommandTests {
    private let folder: ScratchFolder

    init() throws { folder = try ScratchFolder() }

    private func write(_ name: String, _ text: String) throws -> String { try folder.write(name, Data(text.utf8)) }

    private func values(_ arguments: [String]) throws -> [String: Double] {
        let outcome = try AlertdProgram.run(["eval", "vad", "--json"] + arguments)
        #expect(outcome.status == 0, "\(outcome.errors)")
        let object = try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any]
        return (object ?? [:]).compactMapValues { $0 as? Double }
    }

    @Test("frame metrics follow the convention")
    func frames() throws {
        let truth = try write("truth.txt", "a.mp4  Arson  16  31  -1  -1\nb.mp4  Normal  -1  -1  -1  -1\n")
        let predictions = try write(
            "p.jsonl", #"{"video":"a","scores":[0.1,0.9,0.2]}"# + "\n" + #"{"video":"b","scores":[0.3]}"# + "\n")
        let files = ["--truth", truth, "--predictions", predictions]
        let lavad = try values(files)
        #expect(lavad["micro_auc"] == 1 && lavad["positive_frames"] == 16 && lavad["frames"] == 64)
        let vadclip = try values(files + ["--convention", "vadclip"])
        #expect(vadclip["positive_frames"] == 15)
        let table = try AlertdProgram.run(["eval", "vad"] + files)
        #expect(table.status == 0 && table.output.contains("within_video_auc"))
    }

    @Test("event metrics are read from what alertd prints")
    func events() throws {
        let incidents = try write("i.jsonl", #"{"camera":"g","start":100,"end":120,"class":"fire"}"#)
        let alarms = try write(
            "a.jsonl",
            #"{"camera":"g","kind":"anomaly","start":104,"end":118,"score":5}"# + "\n"
                + #"{"camera":"g","kind":"anomaly","start":9000,"end":9010,"score":3}"#)
        let watched = try write("w.jsonl", #"{"camera":"g","start":0,"end":90000,"state":"watched"}"#)
        let found = try values(["--incidents", incidents, "--alarms", alarms, "--watched", watched])
        #expect(found["incident_recall"] == 1 && found["false_alarms"] == 1 && found["normal_hours"] == 24)
        #expect(found["delay_median_seconds"] == 4)
    }

    @Test("what cannot be evaluated is refused in one line")
    func refused() throws {
        let truth = try write("t.txt", "a 1 2\n")
        let empty = try write("e.jsonl", "")
        let odd = try write("o.txt", "a 1\n")
        for files in [[truth, empty], [odd, empty], [truth, "/nowhere"]] {
            let outcome = try AlertdProgram.run(["eval", "vad", "--truth", files[0], "--predictions", files[1]])
            #expect(outcome.status == 2 && outcome.errorLines.count == 1, "\(outcome.errors)")
        }
        let usage = try AlertdProgram.run(["eval", "vad"])
        #expect(usage.status == 64)
    }
}
