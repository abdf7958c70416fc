internal import Base
public import Foundation
internal import Grounding
public import Ingest

/// Finds the spans of one recording that fit a sentence with a trained network, UniVTG, over CLIP's features: one picture
/// and one clip for every two seconds.
///
/// Long recordings are looked at in windows as long as the network was trained on, each half over the one before.
public struct NetworkGrounding: Sendable {
    /// Clips that the network sees together: 150 s, as in training.
    static let windowLength = 75
    /// Seconds of a clip.
    public static let clipSeconds = 2.0

    private let networks: GroundingNetworks
    private let ranking = MomentRanking(clipSeconds: clipSeconds)

    /// Loads the encoder in `encoderFolder` (a Hugging Face CLIP folder) and UniVTG's checkpoint in `network`.
    ///
    /// Throws `ModelError`, and `GroundingError` when the two do not fit.
    public init(encoderFolder: URL, network: String) throws {
        networks = try GroundingNetworks(encoderFolder: encoderFolder, network: network)
    }

    /// The spans of `source`, sampled at one picture every two seconds, that fit `sentence`, at most `top`, best first.
    /// `progress` is told the seconds analysed so far.
    ///
    /// Throws `IngestError` and `ModelError`.
    public func moments(
        of sentence: String, in source: FileSource, top: Int, progress: (Double) -> Void
    ) async throws -> RecordingGrounding.Result {
        let words = try await networks.words(of: sentence)
        let (times, features) = try await source.withFrames { frames in
            var (times, features) = ([Double](), [[Float]]())
            for try await frame in frames {
                times.append(source.seconds(of: frame))
                features.append(await networks.features(of: frame.picture))
                progress(times[times.count - 1])
            }
            return (times, features)
        }
        try Task.checkCancellation()
        let seconds = source.statistics.mediaSeconds
        var (windows, foreground) = ([MomentRanking.Window](), [Float](repeating: 0, count: features.count))
        var highlights = [Float](repeating: -.infinity, count: features.count)
        for range in Self.windows(of: features.count) {
            let output = await networks.output(clips: Array(features[range]), words: words)
            let begin = Double(range.lowerBound) * Self.clipSeconds
            windows += ranking.windows(output, duration: Double(range.count) * Self.clipSeconds).map { window in
                MomentRanking.Window(
                    start: min(begin + window.start, seconds), end: min(begin + window.end, seconds),
                    score: window.score)
            }
            let scores = MomentRanking.highlights(output, addsForeground: true)
            for (index, clip) in range.enumerated() {
                foreground[clip] = max(foreground[clip], output.foreground[index])
                highlights[clip] = max(highlights[clip], scores[index])
            }
        }
        let best = ranking.suppressed(windows.filter { $0.start < $0.end }.sorted { $0.score > $1.score }).prefix(top)
        return RecordingGrounding.Result(
            times: times.map { $0 - times[0] }, saliency: foreground,
            moments: best.map { RecordingGrounding.Moment(start: $0.start, end: $0.end, score: $0.score) },
            mediaSeconds: seconds, highlightScores: highlights)
    }

    /// Ranges of at most ``windowLength`` clips, each half over the one before, that hold them all.
    static func windows(of count: Int) -> [Range<Int>] {
        guard count > windowLength else { return count > 0 ? [0..<count] : [] }
        let starts = stride(from: 0, to: count - windowLength, by: windowLength / 2)
        return starts.map { $0..<$0 + windowLength } + [count - windowLength..<count]
    }
}
