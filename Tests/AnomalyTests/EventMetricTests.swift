import Anomaly
import Base
import Foundation
import TestSupport
import Testing

@Suite("Evaluation of anomaly detection", .timeLimit(.minutes(5)))
struct EventMetricTests {
    private func incident(_ start: Double, _ end: Double, _ category: String = "fire") -> EventMetrics.Incident {
        .init(camera: "a", start: start, end: end, category: category)
    }

    private func alarm(
        _ start: Double, _ end: Double, opened: Double? = nil, score: Double? = nil, camera: String = "a"
    )
        -> EventMetrics.Alarm
    {
        .init(camera: camera, start: start, openedAt: opened ?? start, end: end, score: score)
    }

    @Test("alarms are matched by overlap or by when they opened, once each")
    func matching() {
        let metrics = EventMetrics(
            incidents: [incident(100, 108), incident(1000, 1100, "fall"), incident(9000, 9020)],
            alarms: [
                alarm(102, 110, opened: 104), alarm(111, 112, opened: 112),  // found, and a duplicate within 5 s
                alarm(1099, 1200), alarm(1300, 1310),  // found at the end; false, though in an hour with an incident
                alarm(20_000, 20_010), alarm(9001, 9002, camera: "b"),  // false; another camera
            ],
            watched: [.init(camera: "a", start: 0, end: 36_000), .init(camera: "b", start: 0, end: 3600)])
        #expect(metrics.recall == .init(found: 2, of: 3))
        #expect(metrics.recallByCategory["fire"] == .init(found: 1, of: 2))
        #expect(metrics.recallByDuration["under 10 s"] == .init(found: 1, of: 1))
        #expect(metrics.duplicates == 1 && metrics.split == 1 && metrics.merged == 0)
        // Hours 0 and 2 of camera a hold incidents: eight hours of it and one of b are normal footage.
        #expect(metrics.normalHours == 9)
        #expect(metrics.falseAlarms == 2)
        // 4 s, 99 s, and the missed one counts with its 20 s.
        #expect(metrics.delayMedian == 20 && metrics.delay90 == 99)
    }

    @Test("recall at a rate of false alarms follows from the scores")
    func curve() throws {
        let metrics = EventMetrics(
            incidents: [incident(100, 110), incident(400, 410)],
            alarms: [
                alarm(100, 110, score: 9), alarm(400, 410, score: 3), alarm(50_000, 50_010, score: 5),
                alarm(60_000, 60_010, score: 4),
            ],
            watched: [.init(camera: "a", start: 0, end: 90_000)])
        let recall = try #require(metrics.recallAt)
        #expect(recall[0.1] == 0.5 && recall[1] == 0.5 && recall[10] == 1)
    }

    @Test("published annotations are read, in all three forms")
    func annotations() throws {
        let ucf = try VideoAnnotation.read(
            "Abuse028_x264.mp4  Abuse  165  240  -1  -1\nNormal_1.mp4  Normal  -1  -1  -1  -1\n", file: "t")
        #expect(ucf.map(\.video) == ["Abuse028_x264", "Normal_1"] && ucf[0].intervals == [[165, 240]])
        #expect(ucf[1].intervals.isEmpty && ucf[0].category == "Abuse")
        let xd = try VideoAnnotation.read("v=abc__#1_label_B4-0-0 0 1517 1970 3038\n", file: "t")
        #expect(xd[0].intervals == [[0, 1517], [1970, 3038]] && xd[0].category == nil)
        let lines = try VideoAnnotation.read(
            #"{"video":"a","cls":"Arson","intervals":[[1,2]],"n_frames":10}"#, file: "t")
        #expect(lines[0].frames == 10)
    }

    @Test(
        "a bad line is refused by its number",
        arguments: [
            "a Abuse 1", "a Abuse 5 1", "{\"video\": 1}", "b Normal\nb Normal", "{\"video\":\"a\",\"intervals\":[[1]]}",
        ])
    func badAnnotations(text: String) {
        #expect(throws: AnomalyError.self) { try VideoAnnotation.read(text, file: "t") }
    }

    @Test("predictions are read as lines, as LAVAD's object, and as an array; bad ones are refused")
    func predictions() throws {
        let lines = try VideoPrediction.read(lines: #"{"video":"x/a.mp4","scores":[0.1,0.2],"interval":8}"#, file: "p")
        #expect(lines[0].video == "a" && lines[0].interval == 8)
        let object = try VideoPrediction.read(video: Data(#"{"16":0.5,"0":0.1,"32":0.2}"#.utf8), file: "f/b.json")
        #expect(object.video == "b" && object.scores == [0.1, 0.5, 0.2] && object.interval == 16)
        for bad in [#"{"0":1,"16":2,"20":3}"#, #"{"5":1}"#, "[]", "x", #"{"a":1}"#] {
            #expect(throws: AnomalyError.self) { try VideoPrediction.read(video: Data(bad.utf8), file: "b.json") }
        }
        for bad in [#"{"video":"a","scores":[]}"#, #"{"video":"a","scores":[1],"interval":0}"#, "{}", ""] {
            #expect(throws: AnomalyError.self) { try VideoPrediction.read(lines: bad, file: "p") }
        }
        #expect(throws: AnomalyError.self) {
            try VideoPrediction.read(lines: #"{"video":"a","scores":[1,2],"class_scores":{"x":[1]}}"#, file: "p")
        }
    }

    @Test("events are read as alertd prints them")
    func eventLines() throws {
        let alarms = try EventLines.alarms(
            #"{"camera":"a","kind":"anomaly","start":"2026-01-01T00:00:10.000Z","end":"2026-01-01T00:00:20.000Z","score":0.9}"#
                + "\n" + #"{"camera":"a","kind":"query","start":1,"end":2}"#, file: "e")
        #expect(alarms.count == 1 && alarms[0].end - alarms[0].start == 10)
        let watched = try EventLines.watched(#"{"camera":"a","start":0,"end":5,"state":"blind"}"#, file: "e")
        #expect(watched.isEmpty)
        #expect(throws: AnomalyError.self) { try EventLines.alarms(#"{"camera":"a","start":9,"end":2}"#, file: "e") }
    }

    @Test("on UCF-Crime, scores without a look at the picture reach what is known of them")
    func floors() throws {
        guard let folder = Fixtures.media?.appending(path: "ucf-temporal") else {
            try skipCase("ucf-temporal", because: "no shared data (ALERTD_MEDIA)")
        }
        let file = folder.appending(path: "ucf_test_temporal.jsonl")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else {
            try skipCase("ucf-temporal", because: "no \(file.path)")
        }
        let truths = try VideoAnnotation.read(text, file: file.path)
        func evaluate(_ score: (VideoAnnotation, Int) -> Double) throws -> FrameEvaluation {
            try FrameEvaluation(
                annotations: truths,
                predictions: truths.map { truth in
                    let count = truth.frames ?? 0
                    let scores = (0..<count).map { score(truth, $0) }
                    return VideoPrediction(
                        video: truth.video, scores: scores, interval: 1, classes: [:], frames: count)
                },
                convention: .lavad, unlistedNormal: false, file: "p")
        }
        // Figures of the 290 test videos that anybody can recompute: the true video label alone reaches an area of 81.6.
        let label = try evaluate { truth, _ in truth.intervals.isEmpty ? 0 : 1 }
        let length = try evaluate { truth, _ in -Double(truth.frames ?? 0) }
        guard truths.count == 290 else { return }
        #expect(label.frames == 1_111_808)
        #expect(abs(100 * (label.micro.rocAUC ?? 0) - 81.6) < 0.1)
        #expect(abs(100 * (label.micro.averagePrecision ?? 0) - 18.2) < 0.1)
        #expect(abs(100 * (length.micro.rocAUC ?? 0) - 65.1) < 0.1)
        #expect(label.withinVideoAUC == 0.5, "a constant score localises nothing")
    }
}
