internal import Base
internal import Grounding
public import Ingest

/// The moments that sum a recording up, without a question and without a database.
public struct RecordingSummary: Sendable {
    /// A moment of the summary.
    public struct Moment: Sendable, Equatable {
        /// Seconds from the first frame.
        public let start: Double
        /// Seconds from the first frame.
        public let end: Double
        /// Seconds from the first frame of the picture that shows it best.
        public let at: Double
        /// The share of the recording that looks most like it, 0…1.
        public let share: Double
    }

    private let engine: InferenceEngine

    /// A summary that encodes with `engine`.
    public init(engine: InferenceEngine) { self.engine = engine }

    /// At most `count` moments of `source`, in order of time, none longer than `longest` seconds. `progress` is told the
    /// seconds analysed so far. Of a long recording every second, third … frame is compared.
    ///
    /// Throws `IngestError`.
    public func moments(
        of source: FileSource, count: Int, longest: Double, progress: (Double) -> Void
    ) async throws -> [Moment] {
        let frames = try await source.withFrames { frames in
            var kept: [(seconds: Double, values: [Float])] = []
            var (step, number) = (1, 0)
            for try await frame in frames {
                let seconds = source.seconds(of: frame)
                progress(seconds)
                defer { number += 1 }
                guard number % step == 0 else { continue }
                kept.append((seconds, await engine.encode([frame.picture])[0]))
                if kept.count > Summary.mostMoments {
                    kept = kept.enumerated().filter { $0.offset % 2 == 0 }.map(\.element)
                    step *= 2
                }
            }
            return kept
        }
        try Task.checkCancellation()
        guard let first = frames.first?.seconds else { return [] }
        let end = first + source.statistics.mediaSeconds
        return Summary.choices(Array(frames.prefix(Summary.mostMoments).map(\.values)), count: count).map { choice in
            let at = frames[choice.moment].seconds
            let next = choice.extent.upperBound + 1
            let from = max(frames[choice.extent.lowerBound].seconds, at - longest / 2)
            let through = min(next < frames.count ? frames[next].seconds : end, from + longest)
            return Moment(start: from - first, end: max(through, at) - first, at: at - first, share: choice.share)
        }
    }
}
