public import Foundation

/// ActivityNet Captions' form, which Charades-STA is published in as well: one object from video to its sentences and
/// their spans; and predictions from video to one span for each sentence, in the same order.
public struct CaptionFiles: Sendable {
    private struct Video: Decodable {
        let duration: Double
        let timestamps: [[Double]]
        let sentences: [String]
    }

    private let truth: [String: [[Double]]]
    private let predicted: [String: [[Double]]]

    /// Reads both files. Throws ``GroundingError``.
    public init(annotations: URL, predictions: URL) throws(GroundingError) {
        let videos: [String: Video] = try Self.object(annotations)
        for (name, video) in videos.sorted(by: { $0.key < $1.key })
        where video.timestamps.count != video.sentences.count {
            throw .malformed(
                file: annotations.path, line: 1,
                problem: "\(name) has \(video.sentences.count) sentences and "
                    + "\(video.timestamps.count) timestamps")
        }
        truth = videos.mapValues(\.timestamps)
        predicted = try Self.object(predictions)
        try Self.check(truth, in: annotations)
        try Self.check(predicted, in: predictions)
    }

    /// The metrics. Without `isIntersection` both files must hold the same videos and numbers of sentences.
    ///
    /// Throws ``GroundingError/malformed(file:line:problem:)`` and ``GroundingError/nothingToCompare``.
    public func accuracy(isIntersection: Bool = false) throws(GroundingError) -> SpanAccuracy {
        var pairs: [(predicted: [Double]?, truth: [Double])] = []
        for (video, spans) in truth.sorted(by: { $0.key < $1.key }) {
            let answers = predicted[video] ?? []
            if !isIntersection, answers.count != spans.count {
                throw .malformed(
                    file: video, line: 1, problem: "\(answers.count) predictions for \(spans.count) sentences")
            }
            pairs += zip(answers, spans).map { ($0, $1) }
        }
        if pairs.isEmpty { throw .nothingToCompare }
        return SpanAccuracy(pairs)
    }

    private static func object<Value: Decodable>(_ url: URL) throws(GroundingError) -> [String: Value] {
        let data = try MomentFiles.data(url)
        do { return try JSONDecoder().decode([String: Value].self, from: data) } catch {
            throw .malformed(file: url.path, line: 1, problem: MomentFiles.describe(error))
        }
    }

    private static func check(_ spans: [String: [[Double]]], in url: URL) throws(GroundingError) {
        for (video, list) in spans.sorted(by: { $0.key < $1.key }) {
            for span in list where span.count < 2 || !span.allSatisfy(\.isFinite) || span[0] > span[1] {
                throw .malformed(file: url.path, line: 1, problem: "\(video): \(span) is no [start, end]")
            }
        }
    }
}
