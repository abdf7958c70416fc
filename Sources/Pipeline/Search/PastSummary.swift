public import Base
internal import Grounding
public import Store

/// The moments that sum up what a camera saw, from its stored encodings: nothing is decoded again.
public struct PastSummary: Sendable {
    /// A moment of the summary.
    public struct Moment: Sendable, Equatable {
        /// When; never a time that nobody watched.
        public let during: TimeSpan
        /// The frame that shows it best.
        public let at: WallTime
        /// The share of the analysed frames that look most like it, 0…1.
        public let share: Double
    }

    /// What one pass over the past gathers.
    private struct Gathered: Sendable {
        var frames = SummaryFrames()
        /// Stretches of frames without a pause.
        var watched: [TimeSpan] = []

        mutating func take(_ encoding: FrameEncoding) {
            let time = encoding.time
            if let last = watched.last, time.seconds(since: last.end) <= RecordedSpans.longestPause(period: 1) {
                watched[watched.count - 1] = TimeSpan(start: last.start, end: max(last.end, time))
            } else {
                watched.append(TimeSpan(start: time, end: time))
            }
            if frames.takesNext() { frames.keep(.init(time: time, values: encoding.looks[0].values)) }
        }
    }

    private let encodings: EncodingReader

    /// A summary of what `encodings` holds.
    public init(encodings: EncodingReader) { self.encodings = encodings }

    /// At most `count` moments of `camera` in `scope`, in order of time, none longer than `longest` seconds; none where nothing is
    /// stored. Each frame counts by its first look: the scene, or all that moved in it.
    ///
    /// Throws `StoreError`, and `CancellationError` when the task is cancelled.
    public func moments(
        of camera: CameraID, in scope: FootageSearch.Scope, count: Int, longest: Double
    ) async throws -> [Moment] {
        let days = await encodings.days(of: camera)
        guard let first = days.first, let last = days.last else { return [] }
        let start = max(first.start, scope.since ?? first.start)
        let end = min(last.end, scope.until ?? last.end)
        guard start < end else { return [] }
        let gathered = Locked(Gathered())
        try await encodings.forEachBatch(of: camera, during: TimeSpan(start: start, end: end)) { batch in
            gathered.withLock { gathered in
                for encoding in batch { gathered.take(encoding) }
            }
            return true
        }
        try Task.checkCancellation()
        let (frames, watched) = gathered.withLock { ($0.frames, $0.watched) }
        let close = watched.last?.end ?? end
        return frames.moments(count: count, longest: longest, end: close).map { moment in
            let stretch = watched.last { $0.start <= moment.at } ?? moment.during
            let from = max(moment.during.start, stretch.start)
            return Moment(
                during: TimeSpan(start: from, end: max(from, min(moment.during.end, stretch.end))), at: moment.at,
                share: moment.share)
        }
    }
}
