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
            var kept = SummaryFrames()
            for try await frame in frames {
                let seconds = source.seconds(of: frame)
                progress(seconds)
                guard kept.takesNext() else { continue }
                let values = await engine.encode([frame.picture])[0]
                kept.keep(.init(time: WallTime(microseconds: 0).advanced(bySeconds: seconds), values: values))
            }
            return kept
        }
        try Task.checkCancellation()
        guard let first = frames.frames.first?.time else { return [] }
        let end = first.advanced(bySeconds: source.statistics.mediaSeconds)
        return frames.moments(count: count, longest: longest, end: end).map { moment in
            Moment(
                start: moment.during.start.seconds(since: first), end: moment.during.end.seconds(since: first),
                at: moment.at.seconds(since: first), share: moment.share)
        }
    }
}
