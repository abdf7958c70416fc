internal import Base
public import Foundation
internal import Grounding
public import Ingest
public import NN

/// Finds the spans of one recording that fit a sentence with a trained network, UniVTG, over what CLIP sees in one picture for
/// every two seconds and, for networks that read it, what SlowFast sees moving in them.
///
/// Long recordings are looked at in windows as long as the network was trained on, each half over the one before.
public struct NetworkGrounding: Sendable {
    /// Clips that the network sees together: 150 s, as in training.
    static let windowLength = 75
    /// Seconds of a clip.
    public static let clipSeconds = 2.0

    private let networks: GroundingNetworks
    private let ranking = MomentRanking(clipSeconds: clipSeconds)

    /// Loads the encoder in `encoderFolder` (a Hugging Face CLIP folder), UniVTG's checkpoint in `network` and, when that reads
    /// motion, SlowFast's weights at `motion`, else those beside `network`. Encoder and network compute in `precision`.
    ///
    /// Throws `ModelError`, and `GroundingError` when they do not fit.
    public init(encoderFolder: URL, network: String, motion: String? = nil, precision: Precision = .fp32) throws {
        networks = try GroundingNetworks(
            encoderFolder: encoderFolder, network: network, motion: motion, precision: precision)
    }

    /// Frames a second that a source has to give: every one where motion is read, and more than one a clip where what moved has to be
    /// found.
    public var analyseFPS: Double {
        if networks.readsMotion { return 2 * MotionClips.placesPerSecond }
        return networks.seesForeground ? 2 : 1 / Self.clipSeconds
    }

    /// The spans of `source`, sampled at ``analyseFPS``, that fit `sentence`, at most `top`, best first. `progress` is told
    /// the seconds analysed so far.
    ///
    /// Throws `IngestError` and `ModelError`.
    public func moments(
        of sentence: String, in source: FileSource, top: Int, progress: (Double) -> Void
    ) async throws -> RecordingGrounding.Result {
        let words = try await networks.words(of: sentence)
        let (times, features) =
            if networks.readsMotion {
                try await motion(of: source, progress: progress)
            } else if networks.seesForeground {
                try await foreground(of: source, progress: progress)
            } else {
                try await pictures(of: source, progress: progress)
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
            times: times.map { $0 - (times.first ?? 0) }, saliency: foreground,
            moments: best.map { RecordingGrounding.Moment(start: $0.start, end: $0.end, score: $0.score) },
            mediaSeconds: seconds, highlightScores: highlights)
    }

    /// The features of one picture for each clip, and its time.
    private func pictures(
        of source: FileSource, progress: (Double) -> Void
    ) async throws -> ([Double], [GroundingNetworks.Features]) {
        try await source.withFrames { frames in
            var (times, features) = ([Double](), [GroundingNetworks.Features]())
            for try await frame in frames {
                times.append(source.seconds(of: frame))
                features.append(await networks.features(of: frame.picture))
                progress(times[times.count - 1])
            }
            return (times, features)
        }
    }

    /// The features of what moved at the middle of each clip, and when the clip begins.
    private func foreground(
        of source: FileSource, progress: (Double) -> Void
    ) async throws -> ([Double], [GroundingNetworks.Features]) {
        var view = CameraView(.foreground)
        return try await source.withFrames { frames in
            var (times, features, latest) = ([Double](), [GroundingNetworks.Features](), Picture?.none)
            for try await frame in frames {
                let seconds = source.seconds(of: frame)
                let time = WallTime(microseconds: 0).advanced(bySeconds: seconds)
                let look = view.looks(at: frame.picture, time)[0].picture
                let begin = Double(times.count) * Self.clipSeconds
                if seconds >= begin + Self.clipSeconds / 2 - 0.01 {
                    times.append(begin)
                    features.append(await networks.features(of: look))
                    latest = nil
                } else {
                    latest = look
                }
                progress(seconds)
            }
            let begin = Double(times.count) * Self.clipSeconds
            if let latest, source.statistics.mediaSeconds > begin {
                times.append(begin)
                features.append(await networks.features(of: latest))
            }
            return (times, features)
        }
    }

    /// The features of each clip, and when it begins.
    private func motion(
        of source: FileSource, progress: (Double) -> Void
    ) async throws -> ([Double], [GroundingNetworks.Features]) {
        let networks = networks
        var clips = MotionClips { networks.sized($0) }
        var (times, features) = ([Double](), [GroundingNetworks.Features]())
        func take(_ whole: [MotionClips.Clip]) async {
            for clip in whole {
                times.append(Double(times.count) * Self.clipSeconds)
                features.append(await networks.features(of: clip))
                progress(times[times.count - 1] + Self.clipSeconds)
            }
        }
        return try await source.withFrames { frames in
            for try await frame in frames {
                await take(clips.add(frame.picture, seconds: source.seconds(of: frame)))
            }
            await take(clips.finish(seconds: source.statistics.mediaSeconds))
            return (times, features)
        }
    }

    /// Ranges of at most ``windowLength`` clips, each half over the one before, that hold them all.
    static func windows(of count: Int) -> [Range<Int>] {
        guard count > windowLength else { return count > 0 ? [0..<count] : [] }
        let starts = stride(from: 0, to: count - windowLength, by: windowLength / 2)
        return starts.map { $0..<$0 + windowLength } + [count - windowLength..<count]
    }
}
