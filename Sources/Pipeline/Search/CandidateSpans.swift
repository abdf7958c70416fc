package import Base
package import Grounding
internal import NN
package import Store

/// Where in a camera's past one of several scenes may have been seen, so that everything else need not be looked at: spans
/// of whole minutes outside of which no event can begin, go on or end.
package struct CandidateSpans: Sendable {
    /// The spans by time; they do not overlap.
    package private(set) var spans: [TimeSpan] = []
    /// When the camera was watched.
    package private(set) var watched: [TimeSpan] = []
    /// The usual time between frames.
    package private(set) var period = 1.0

    private struct Found: Sendable {
        var minutes: [Minute] = []
        var times: [WallTime] = []
    }

    /// A minute as far as it matters.
    private struct Minute: Sendable {
        let start: WallTime
        /// Whether a frame of it may keep an event going.
        let keeps: Bool
        /// Whether a frame of it may open one.
        let opens: Bool
    }

    /// Searches `encodings` of `camera` in `scope` for scenes encoded as `queries`.
    package init(
        _ queries: [TextEncoding], _ constants: GroundingConstants, of camera: CameraID, in scope: FootageSearch.Scope,
        _ encodings: EncodingReader
    ) async throws(StoreError) {
        try await self.init(queries, constants, of: camera, in: scope, encodings, WorkerTeam(threads: 1))
    }

    /// The same on the threads of `team`.
    init(
        _ queries: [TextEncoding], _ constants: GroundingConstants, of camera: CameraID, in scope: FootageSearch.Scope,
        _ encodings: EncodingReader, _ team: WorkerTeam
    ) async throws(StoreError) {
        // A little lower: single precision must not make the difference.
        let levels = (
            open: constants.cosine(saliency: constants.event.open) - 2e-5,
            close: constants.cosine(saliency: constants.event.close) - 2e-5
        )
        let scan = RowScan(queries.map(\.values))
        let days = await encodings.days(of: camera)
        guard let first = days.first, let last = days.last else { return }
        let span = TimeSpan(
            start: max(first.start, scope.since ?? first.start),
            end: max(max(first.start, scope.since ?? first.start), min(last.end, scope.until ?? last.end)))
        let found = try await encodings.reduceDays(of: camera, during: span, into: Found()) { found, day in
            let minutes = day.minutes.filter { $0.start < span.end && $0.start.advanced(bySeconds: 60) > span.start }
            found.minutes += team.lead { Self.judge(minutes, day, scan, levels) }
            for minute in minutes {
                found.times += day.times[minute.frames].filter { $0 >= span.start && $0 < span.end }
            }
        }
        let (minutes, times) = (found.minutes, found.times)
        period = Self.period(times)
        watched = Self.stretches(times, longest: RecordedSpans.longestPause(period: period))
        spans = Self.spans(minutes, margin: Self.margin(constants, period), within: span)
    }

    private static func judge(
        _ minutes: [EncodingDay.Minute], _ day: EncodingDay, _ scan: RowScan, _ levels: (open: Float, close: Float)
    ) -> [Minute] {
        let mayMatter = minutes.map { minute in scan.bounds(minute)?.contains { $0 >= levels.close } ?? true }
        let due = zip(minutes, mayMatter).filter(\.1).map(\.0)
        var highest = scan.highest(due, day).makeIterator()
        return zip(minutes, mayMatter).map { minute, mayMatter in
            let most = mayMatter ? highest.next() ?? .infinity : -.infinity
            return Minute(start: minute.start, keeps: most >= levels.close, opens: most >= levels.open)
        }
    }

    /// Seconds around an event in which something can still change it: re-opening, settling, and the curve that refines it.
    private static func margin(_ constants: GroundingConstants, _ period: Double) -> Double {
        let cooldown = constants.event.gapSeconds + period
        return 2 * cooldown + 2 * SpanRefinement.context + max(constants.event.gapSeconds, period) + 20 + 5 * period
    }

    /// Runs of minutes that keep an event going and hold one that opens it, with `margin` seconds on both sides.
    private static func spans(_ minutes: [Minute], margin: Double, within span: TimeSpan) -> [TimeSpan] {
        let reach = 60 * (margin / 60).rounded(.up)
        var found: [TimeSpan] = []
        var run: (start: WallTime, end: WallTime, opens: Bool)?
        func close() {
            guard let run, run.opens else { return }
            let start = max(span.start, run.start.advanced(bySeconds: -reach))
            let end = min(span.end, run.end.advanced(bySeconds: reach))
            guard start < end else { return }
            if let last = found.last, start <= last.end {
                found[found.count - 1] = TimeSpan(start: last.start, end: max(last.end, end))
            } else {
                found.append(TimeSpan(start: start, end: end))
            }
        }
        for minute in minutes where minute.keeps {
            let end = minute.start.advanced(bySeconds: 60)
            // Runs closer than what one may still change of the other are one.
            if let open = run, minute.start.seconds(since: open.end) <= reach {
                run = (open.start, end, open.opens || minute.opens)
            } else {
                close()
                run = (minute.start, end, minute.opens)
            }
        }
        close()
        return found
    }

    private static func stretches(_ times: [WallTime], longest: Double) -> [TimeSpan] {
        var found: [TimeSpan] = []
        for time in times {
            if let last = found.last, time >= last.end, time.seconds(since: last.end) <= longest {
                found[found.count - 1] = TimeSpan(start: last.start, end: time)
            } else {
                found.append(TimeSpan(start: time, end: time))
            }
        }
        return found
    }

    /// The median of the steps of the first four hours; 1 s when there is only one frame.
    private static func period(_ times: [WallTime]) -> Double {
        guard let first = times.first else { return 1 }
        let early = times.prefix { $0.seconds(since: first) < 4 * 3600 }
        let steps = zip(early.dropFirst(), early).map { $0.seconds(since: $1) }.sorted()
        guard !steps.isEmpty else { return 1 }
        return min(max(steps[steps.count / 2], 0.02), 60)
    }
}
