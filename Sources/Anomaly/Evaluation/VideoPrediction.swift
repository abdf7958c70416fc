package import Foundation

/// What a method predicted for a test video.
package struct VideoPrediction: Sendable, Equatable {
    /// Longest video that is evaluated, in frames: ten days at 30 a second.
    package static let frameLimit = 26_000_000

    /// Name without folder and ending.
    package let video: String
    /// Anomaly scores, one every ``interval`` frames.
    package let scores: [Double]
    /// Frames that a score stands for.
    package let interval: Int
    /// Scores by class at the same moments, for segment mAP.
    package let classes: [String: [Double]]
    /// Frames of the video, where the file says it.
    package let frames: Int?

    /// Gathers what is known; scores by class have as many entries as `scores`.
    package init(video: String, scores: [Double], interval: Int, classes: [String: [Double]], frames: Int?) {
        self.video = video
        self.scores = scores
        self.interval = interval
        self.classes = classes
        self.frames = frames
    }

    /// Reads JSON lines: `video`, `scores`, optionally `interval` (16), `n_frames` and `class_scores` (class → scores).
    ///
    /// Throws `AnomalyError.evaluation` naming the line that cannot be read.
    package static func read(lines text: String, file: String) throws(AnomalyError) -> [VideoPrediction] {
        var found: [VideoPrediction] = []
        var seen: [String: Int] = [:]
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            guard !line.allSatisfy(\.isWhitespace) else { continue }
            guard let entry = try? JSONDecoder().decode(Line.self, from: Data(line.utf8)) else {
                throw .evaluation(file: file, line: index + 1, problem: "expected an object with video and scores […]")
            }
            let prediction = try checked(entry, file, index + 1)
            if let before = seen.updateValue(index + 1, forKey: prediction.video) {
                throw .evaluation(
                    file: file, line: index + 1, problem: "\(prediction.video) is predicted on line \(before) already")
            }
            found.append(prediction)
        }
        guard !found.isEmpty else { throw .evaluation(file: file, line: nil, problem: "it predicts no video") }
        return found
    }

    /// Reads one video's file as LAVAD writes it, an object of frame number → score at equal steps, or an array of scores.
    package static func read(video bytes: Data, file: String) throws(AnomalyError) -> VideoPrediction {
        let name = VideoAnnotation.name(file)
        if let scores = try? JSONDecoder().decode([Double].self, from: bytes) {
            return try checked(Line(video: name, scores: scores, interval: nil, frames: nil, classes: nil), file, nil)
        }
        guard let table = try? JSONDecoder().decode([String: Double].self, from: bytes) else {
            throw .evaluation(file: file, line: nil, problem: "expected {\"frame\": score, …} or [score, …]")
        }
        let entries = table.compactMap { key, score in Int(key).map { (frame: $0, score: score) } }
            .sorted { $0.frame < $1.frame }
        let step = entries.count > 1 ? entries[1].frame - entries[0].frame : FrameLabels.frameInterval
        let isEven = zip(entries, entries.dropFirst()).allSatisfy { $1.frame - $0.frame == step }
        guard entries.count == table.count, entries.first?.frame == 0, step > 0, isEven else {
            throw .evaluation(file: file, line: nil, problem: "frame numbers must start at 0 and rise by equal steps")
        }
        return try checked(
            Line(video: name, scores: entries.map(\.score), interval: step, frames: nil, classes: nil), file, nil)
    }

    private struct Line: Decodable {
        let video: String
        let scores: [Double]
        let interval: Int?
        let frames: Int?
        let classes: [String: [Double]]?

        enum CodingKeys: String, CodingKey {
            case video, scores, interval
            case frames = "n_frames"
            case classes = "class_scores"
        }
    }

    private static func checked(_ line: Line, _ file: String, _ number: Int?) throws(AnomalyError) -> VideoPrediction {
        let interval = line.interval ?? FrameLabels.frameInterval
        let classes = line.classes ?? [:]
        let problem: String? =
            if line.scores.isEmpty {
                "\(line.video) has no scores"
            } else if !(1...1_000_000).contains(interval) {
                "interval \(interval) is not a number of frames"
            } else if !(1...frameLimit).contains(line.frames ?? 1) || line.scores.count > frameLimit / interval {
                "\(line.video) is longer than \(frameLimit) frames"
            } else if !classes.values.allSatisfy({ $0.count == line.scores.count }) {
                "class_scores of \(line.video) must have as many entries as scores"
            } else {
                nil
            }
        if let problem { throw .evaluation(file: file, line: number, problem: problem) }
        return VideoPrediction(
            video: VideoAnnotation.name(line.video), scores: line.scores, interval: interval, classes: classes,
            frames: line.frames)
    }
}
