import Foundation
import Grounding
import TestSupport
import Testing

@Suite("grounding metrics")
struct MetricsTests {
    @Test("a perfect submission scores 100 everywhere, and an empty span is no hit")
    func perfect() throws {
        let annotations = [5.0, 20, 60].enumerated().map { index, length in
            MomentAnnotation(
                qid: index, duration: 150, relevantWindows: [[10, 10 + length]], relevantClipIds: [5, 6],
                saliencyScores: [[4, 4, 4], [4, 4, 4]])
        }
        let saliency = (0..<75).map { $0 == 5 || $0 == 6 ? 1.0 : 0 }
        let predictions = annotations.map {
            MomentPrediction(
                qid: $0.qid, predRelevantWindows: [$0.relevantWindows[0] + [1]], predSaliencyScores: saliency)
        }
        let report = try VideoGroundingReport(predictions: predictions, annotations: annotations)
        #expect(report.brief.count == 14 && report.brief.values.allSatisfy { $0 == 100 })
        let wrong = predictions.map { MomentPrediction(qid: $0.qid, predRelevantWindows: [[140, 140, 1]]) }
        let none = try VideoGroundingReport(predictions: wrong, annotations: annotations)
        #expect(none.brief.values.allSatisfy { $0 == 0 } && none.highlights.isEmpty)
    }

    @Test("one prediction takes one true span; a second for the same is a false alarm")
    func doubles() {
        let truth = [[0.0, 10], [20, 30]]
        let twice = MomentRetrieval.averagePrecisions(
            predicted: [[0, 10, 0.9], [0, 10, 0.8], [20, 30, 0.7]], truth: truth)
        #expect(twice.allSatisfy { abs($0 - (0.5 + 0.5 * 2 / 3)) < 1e-12 })
        #expect(MomentRetrieval.averagePrecisions(predicted: [], truth: truth).allSatisfy { $0 == 0 })
        // Only the first ten predictions of the list count, whatever their scores.
        let late = (0..<10).map { [40, 41 + Double($0), 0.1] } + [[0, 10, 1]]
        #expect(MomentRetrieval.averagePrecisions(predicted: late, truth: truth).allSatisfy { $0 == 0 })
    }

    @Test("clips of equal score form one point of the curve, whatever their order")
    func ties() {
        let labels = [true, false, false, true, false]
        let value = HighlightDetection.averagePrecision(predicted: [1, 1, 0, 0, 0], labels: labels)
        #expect(abs(value - (0.5 + 0.4) / 2) < 1e-12)
        #expect(HighlightDetection.averagePrecision(predicted: [], labels: labels) == 0.4)
        #expect(HighlightDetection.averagePrecision(predicted: [1], labels: [false]) == 0)
        #expect(HighlightDetection.averagePrecision(predicted: [1], labels: [true]) == 1)
    }

    @Test("files about other queries are refused unless the intersection is asked for")
    func queries() throws {
        let annotations = [1, 2].map { MomentAnnotation(qid: $0, duration: 30, relevantWindows: [[0, 10]]) }
        let predictions = [2, 3].map { MomentPrediction(qid: $0, predRelevantWindows: [[0, 5, 1]]) }
        let error = #expect(throws: GroundingError.self) {
            try SpanAccuracy(predictions: predictions, annotations: annotations)
        }
        #expect(error == .differentQueries(missing: [1], unknown: [3]))
        let shared = try SpanAccuracy(predictions: predictions, annotations: annotations, isIntersection: true)
        #expect(shared.count == 1 && shared.meanOverlap == 0.5 && shared.recalls == [1, 1, 0])
        #expect(throws: GroundingError.nothingToCompare) {
            try SpanAccuracy(predictions: [], annotations: annotations, isIntersection: true)
        }
        #expect(throws: GroundingError.noPrediction(qid: 1)) {
            try VideoGroundingReport(
                predictions: [
                    MomentPrediction(qid: 1, predRelevantWindows: []),
                    MomentPrediction(qid: 2, predRelevantWindows: [[0, 1, 1]]),
                ], annotations: annotations)
        }
    }

    @Test(
        "a malformed line is named",
        arguments: [
            ("{\"qid\": 1}", 1, "missing"),
            ("\n{\"qid\": 1, \"duration\": 5, \"relevant_windows\": [[3, 1]]}", 2, "start ≤ end"),
            ("{\"qid\": 1, \"duration\": 0, \"relevant_windows\": []}", 1, "above 0"), ("[]", 1, "wrong type"),
            (
                "{\"qid\": 1, \"duration\": 5, \"relevant_windows\": [], \"relevant_clip_ids\": [1]}", 1,
                "differ in length"
            ),
        ])
    func malformed(text: String, line: Int, problem: String) throws {
        let scratch = try ScratchFolder()
        let path = try scratch.write("annotations.jsonl", Data(text.utf8))
        let error = #expect(throws: GroundingError.self) { try MomentFiles.annotations(URL(filePath: path)) }
        #expect(try #require(error).description.contains("\(path):\(line): "), "\(String(describing: error))")
        #expect(try #require(error).description.contains(problem), "\(String(describing: error))")
    }

    @Test("captions in one object are compared sentence by sentence")
    func captions() throws {
        let scratch = try ScratchFolder()
        let truth = try scratch.write(
            "truth.json",
            Data(#"{"v1": {"duration": 30, "timestamps": [[0, 10], [10, 30]], "sentences": ["a", "b"]}}"#.utf8))
        let answers = try scratch.write("answers.json", Data(#"{"v1": [[0, 10], [0, 10]]}"#.utf8))
        let files = try CaptionFiles(annotations: URL(filePath: truth), predictions: URL(filePath: answers))
        let accuracy = try files.accuracy()
        #expect(accuracy.count == 2 && accuracy.meanOverlap == 0.5 && accuracy.recalls == [0.5, 0.5, 0.5])
        let short = try scratch.write("short.json", Data(#"{"v1": [[0, 10]]}"#.utf8))
        let incomplete = try CaptionFiles(annotations: URL(filePath: truth), predictions: URL(filePath: short))
        #expect(throws: GroundingError.self) { try incomplete.accuracy() }
        #expect(try incomplete.accuracy(isIntersection: true).count == 1)
    }

    @Test("two equal points have no overlap")
    func points() {
        #expect(SpanAccuracy([(predicted: [3, 3], truth: [3, 3])]).recalls == [0, 0, 0])
        #expect(SpanAccuracy([(predicted: nil, truth: [3, 4])]).meanOverlap == 0)
    }
}
