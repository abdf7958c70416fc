internal import Foundation

/// A test video's temporal ground truth as the data sets publish it.
package struct VideoAnnotation: Sendable, Equatable {
    /// Name without folder and ending.
    package let video: String
    /// Class, where the file says one.
    package let category: String?
    /// Anomalous intervals in frames, as written; whether the end belongs to them is the convention's matter.
    package let intervals: [[Int]]
    /// Frames of the video, where the file says it.
    package let frames: Int?

    /// Reads a file of annotations: JSON lines (`video`, `intervals`, optionally `cls` and `n_frames`), UCF-Crime's text
    /// (`name  Class  start  end  start  end`, −1 for absent) or XD-Violence's (`name start end …`).
    ///
    /// Throws `AnomalyError.evaluation` naming the line that cannot be read.
    package static func read(_ text: String, file: String) throws(AnomalyError) -> [VideoAnnotation] {
        var found: [VideoAnnotation] = []
        var lines: [String: Int] = [:]
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let content = line.trimmingCharacters(in: .whitespaces)
            guard !content.isEmpty else { continue }
            let entry = try content.first == "{" ? json(content, file, index + 1) : words(content, file, index + 1)
            if let before = lines.updateValue(index + 1, forKey: entry.video) {
                throw .evaluation(
                    file: file, line: index + 1, problem: "\(entry.video) is annotated on line \(before) already")
            }
            found.append(entry)
        }
        guard !found.isEmpty else { throw .evaluation(file: file, line: nil, problem: "it annotates no video") }
        return found
    }

    /// The last part of a path without the endings that data sets use.
    package static func name(_ path: String) -> String {
        let last = path.split(separator: "/").last.map(String.init) ?? path
        for ending in [".mp4", ".avi", ".json", ".npy", ".txt"] where last.hasSuffix(ending) {
            return String(last.dropLast(ending.count))
        }
        return last
    }

    private struct Line: Decodable {
        let video: String
        let cls: String?
        let intervals: [[Int]]
        let frames: Int?

        enum CodingKeys: String, CodingKey {
            case video, cls, intervals
            case frames = "n_frames"
        }
    }

    private static func json(_ text: String, _ file: String, _ line: Int) throws(AnomalyError) -> VideoAnnotation {
        guard let entry = try? JSONDecoder().decode(Line.self, from: Data(text.utf8)) else {
            throw .evaluation(
                file: file, line: line, problem: "expected an object with video and intervals [[start, end], …]")
        }
        return try checked(entry.video, entry.cls, entry.intervals, entry.frames, file, line)
    }

    private static func words(_ text: String, _ file: String, _ line: Int) throws(AnomalyError) -> VideoAnnotation {
        var fields = text.split { $0 == " " || $0 == "\t" }.map(String.init)
        let video = fields.removeFirst()
        var category: String?
        if let first = fields.first, Int(first) == nil { category = fields.removeFirst() }
        let numbers = fields.compactMap { Int($0) }
        guard numbers.count == fields.count, numbers.count % 2 == 0 else {
            throw .evaluation(file: file, line: line, problem: "expected a name, a class and pairs of frame numbers")
        }
        let pairs = stride(from: 0, to: numbers.count, by: 2).map { [numbers[$0], numbers[$0 + 1]] }
        return try checked(video, category, pairs.filter { $0[0] >= 0 }, nil, file, line)
    }

    private static func checked(
        _ video: String, _ category: String?, _ intervals: [[Int]], _ frames: Int?, _ file: String, _ line: Int
    ) throws(AnomalyError) -> VideoAnnotation {
        guard intervals.allSatisfy({ $0.count == 2 && $0[0] >= 0 && $0[0] <= $0[1] }) else {
            throw .evaluation(file: file, line: line, problem: "an interval is [start, end] with 0 ≤ start ≤ end")
        }
        guard frames.map({ (1...VideoPrediction.frameLimit).contains($0) }) ?? true else {
            throw .evaluation(file: file, line: line, problem: "n_frames \(frames ?? 0) is no length of a video")
        }
        return VideoAnnotation(video: name(video), category: category, intervals: intervals, frames: frames)
    }
}
