import Anomaly
import ArgumentParser
import Foundation
import Web

/// `alertd eval vad`
struct EvalAnomalyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "vad",
        abstract: "Anomaly detection: frame, segment and event metrics from files.",
        discussion: """
            Frames: --truth holds UCF-Crime's or XD-Violence's text, or JSON lines {"video", "intervals", "n_frames"}; \
            --predictions is a file of JSON lines {"video", "scores", "interval": 16, "class_scores"} or a folder with \
            one JSON file a video, as LAVAD writes them.

            Events: --incidents, --alarms and --watched hold JSON lines with camera, start and end, as `alertd events \
            list --json` and `alertd coverage --json` print them.
            """)

    @OptionGroup var options: GlobalOptions
    @Option(help: "Annotations of the test videos.", completion: .file()) var truth: String?
    @Option(help: "Scores of the test videos: a file or a folder.", completion: .file())
    var predictions: String?
    @Option(
        help:
            "How labels are read: lavad (end inclusive), vadclip (end exclusive, 16 x snippets), vera.")
    var convention = "lavad"
    @Flag(help: "Videos that are not annotated are normal, as in XD-Violence.") var unlistedNormal =
        false
    @Option(help: "What really happened.", completion: .file()) var incidents: String?
    @Option(help: "What was reported.", completion: .file()) var alarms: String?
    @Option(help: "When the cameras were watched.", completion: .file()) var watched: String?

    func validate() throws {
        guard FrameLabels.Convention(rawValue: convention) != nil else {
            throw ValidationError("--convention is lavad, vadclip or vera, not \(convention)")
        }
        guard (truth == nil) == (predictions == nil) else {
            throw ValidationError("--truth and --predictions belong together")
        }
        guard (incidents == nil) == (alarms == nil), (alarms == nil) == (watched == nil) else {
            throw ValidationError("--incidents, --alarms and --watched belong together")
        }
        guard truth != nil || alarms != nil else {
            throw ValidationError(
                "nothing to evaluate; give --truth and --predictions, or --incidents, --alarms and --watched"
            )
        }
    }

    func run() async throws {
        var rows: [Row] = []
        if let truth, let predictions { rows += try frames(truth, predictions) }
        if let incidents, let alarms, let watched { rows += try events(incidents, alarms, watched) }
        if options.json {
            let values = Dictionary(
                rows.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
            StandardStreams.print(try JSONLine.text(values))
            return
        }
        var table = Table(["metric", "value"])
        for row in rows { table.add([row.name, row.text]) }
        table.lines.forEach(StandardStreams.print)
    }

    /// One metric; a share in 0…1, seconds, or a count. nil has no value for these files.
    private struct Row {
        let name: String
        let value: Double?

        init(_ name: String, _ value: Double?) {
            self.name = name
            self.value = value.map(Rounded.score)
        }

        var text: String {
            value.map { $0 == $0.rounded() && abs($0) < 1e15 ? "\(Int($0))" : "\($0)" } ?? "–"
        }
    }

    private func frames(_ truth: String, _ predictions: String) throws -> [Row] {
        let found = try FrameEvaluation(
            annotations: VideoAnnotation.read(try Self.text(truth), file: truth),
            predictions: try Self.predictions(predictions),
            convention: FrameLabels.Convention(rawValue: convention) ?? .lavad,
            unlistedNormal: unlistedNormal,
            file: predictions)
        var rows = [
            Row("videos", Double(found.videos)), Row("frames", Double(found.frames)),
            Row("positive_frames", Double(found.positives)), Row("micro_auc", found.micro.rocAUC),
            Row("average_precision", found.micro.averagePrecision),
            Row("trapezoid_precision_recall", found.micro.trapezoidPrecisionRecall),
            Row("macro_auc", found.macroAUC),
            Row("within_video_auc", found.withinVideoAUC),
        ]
        for (overlap, value) in zip(["10", "20", "30", "40", "50"], found.segmentMAP ?? []) {
            rows.append(Row("segment_map_\(overlap)", value))
        }
        if let maps = found.segmentMAP {
            rows.append(Row("segment_map_mean", maps.reduce(0, +) / Double(maps.count)))
        }
        return rows
    }

    private func events(_ incidents: String, _ alarms: String, _ watched: String) throws -> [Row] {
        let found = EventMetrics(
            incidents: try EventLines.incidents(try Self.text(incidents), file: incidents),
            alarms: try EventLines.alarms(try Self.text(alarms), file: alarms),
            watched: try EventLines.watched(try Self.text(watched), file: watched))
        var rows = [
            Row("incidents", Double(found.recall.of)), Row("incident_recall", found.recall.value),
        ]
        for (name, share) in found.recallByCategory.sorted(by: { $0.key < $1.key }) {
            rows.append(Row("incident_recall: \(name)", share.value))
        }
        for band in ["under 10 s", "10 to 60 s", "over 60 s"] {
            if let share = found.recallByDuration[band] {
                rows.append(Row("incident_recall: \(band)", share.value))
            }
        }
        rows += [
            Row("false_alarms", Double(found.falseAlarms)), Row("normal_hours", found.normalHours),
            Row("false_alarms_per_camera_hour", found.falsePerHour),
            Row("false_alarms_per_camera_day", found.falsePerHour.map { $0 * 24 }),
            Row("delay_median_seconds", found.delayMedian), Row("delay_90_seconds", found.delay90),
            Row("temporal_iou", found.overlap), Row("start_error_seconds", found.startError),
            Row("duplicates", Double(found.duplicates)), Row("merged", Double(found.merged)),
            Row("split", Double(found.split)), Row("time_in_alarms", found.timeInAlarms),
        ]
        for (point, value) in (found.recallAt ?? [:]).sorted(by: { $0.key < $1.key }) {
            rows.append(Row("recall_at_\(point)_a_day", value))
        }
        return rows
    }

    private static func predictions(_ path: String) throws -> [VideoPrediction] {
        var isFolder: ObjCBool = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue
        else {
            return try VideoPrediction.read(lines: text(path), file: path)
        }
        let names = (FileManager.default.subpaths(atPath: path) ?? []).filter { $0.hasSuffix(".json") }
            .sorted()
        guard !names.isEmpty else {
            throw Failure(
                .failed,
                "cannot evaluate \(path): the folder holds no .json file; name a file of JSON lines or a folder"
            )
        }
        return try names.map { name in
            let file = path + "/" + name
            return try VideoPrediction.read(video: try data(file), file: file)
        }
    }

    private static func text(_ path: String) throws -> String {
        guard let text = String(data: try data(path), encoding: .utf8) else {
            throw Failure(.failed, "cannot evaluate \(path): it is not UTF-8 text")
        }
        return text
    }

    private static func data(_ path: String) throws -> Data {
        do {
            return try Data(contentsOf: URL(filePath: path))
        } catch {
            throw Failure(
                .failed,
                "cannot read \(path): \(error.localizedDescription); check its name and permissions")
        }
    }
}
