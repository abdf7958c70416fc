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

    /// What is asked of one camera's past.
    struct Question: Sendable {
        /// One of these is to be seen [Q, D].
        let queries: [[Float]]
        /// The products from which on a frame may open an event, and keep it going.
        let open, close: Float
        /// Seconds around an event in which something can still change it, for a time between frames.
        let margin: @Sendable (Double) -> Double
        let camera: CameraID
        let scope: FootageSearch.Scope

        init(
            _ queries: [TextEncoding], _ constants: GroundingConstants, of camera: CameraID,
            in scope: FootageSearch.Scope
        ) {
            self.queries = queries.map(\.values)
            // A little lower: single precision must not make the difference.
            open = constants.cosine(saliency: constants.event.open) - 2e-5
            close = constants.cosine(saliency: constants.event.close) - 2e-5
            margin = { CandidateSpans.margin(constants, $0) }
            (self.camera, self.scope) = (camera, scope)
        }
    }

    /// A question about a camera's past as one of several in a pass.
    private struct Part: Sendable {
        let question: Question
        /// What of the past is asked about.
        let span: TimeSpan
        /// Its queries among those of the pass.
        let queries: Range<Int>
        var minutes: [Minute] = []
    }

    /// A minute as far as it matters.
    private struct Minute: Sendable {
        let start: WallTime
        /// Whether a frame of it may keep an event going.
        let keeps: Bool
        /// Whether a frame of it may open one.
        let opens: Bool
    }

    /// What a pass over a camera's days found.
    private struct Found: Sendable {
        var parts: [Part]
        /// When there are frames, for each span that is asked about.
        var times: [(span: TimeSpan, times: [WallTime])] = []
    }

    /// Searches `encodings` of `camera` in `scope` for scenes encoded as `queries`.
    package init(
        _ queries: [TextEncoding], _ constants: GroundingConstants, of camera: CameraID, in scope: FootageSearch.Scope,
        _ encodings: EncodingReader
    ) async throws(StoreError) {
        let question = Question(queries, constants, of: camera, in: scope)
        self = try await Self.find([question], encodings, WorkerTeam(threads: 1))[0]
    }

    private init() {}

    private init(_ part: Part, _ times: [WallTime]) {
        period = Self.period(times)
        watched = Self.stretches(times, longest: RecordedSpans.longestPause(period: period))
        spans = Self.spans(part.minutes, margin: part.question.margin(period), within: part.span)
    }

    /// Answers several questions, each camera's in one pass over its days, on the threads of `team`.
    static func find(
        _ questions: [Question], _ encodings: EncodingReader, _ team: WorkerTeam
    ) async throws(StoreError) -> [CandidateSpans] {
        var answers = questions.map { _ in CandidateSpans() }
        let byCamera = Dictionary(grouping: questions.indices) { questions[$0].camera }
        for (camera, members) in byCamera.sorted(by: { $0.key.name < $1.key.name }) {
            let days = await encodings.days(of: camera)
            guard let first = days.first, let last = days.last else { continue }
            let parts = Self.parts(members.map { questions[$0] }, TimeSpan(start: first.start, end: last.end))
            guard let span = parts.map(\.span).joined else { continue }
            let scan = RowScan(parts.flatMap(\.question.queries))
            let found = try await encodings.reduceDays(of: camera, during: span, into: Self.nothing(parts)) {
                found, day in
                team.lead { Self.judge(day, scan, &found.parts) }
                for index in found.times.indices {
                    found.times[index].times += day.times[day.frames(during: found.times[index].span)]
                }
            }
            for (member, part) in zip(members, found.parts) {
                let times = found.times.first { $0.span == part.span }?.times ?? []
                answers[member] = CandidateSpans(part, times)
            }
        }
        return answers
    }

    private static func parts(_ questions: [Question], _ known: TimeSpan) -> [Part] {
        var queries = 0
        return questions.map { question in
            let start = max(known.start, question.scope.since ?? known.start)
            let end = max(start, min(known.end, question.scope.until ?? known.end))
            queries += question.queries.count
            return Part(
                question: question, span: TimeSpan(start: start, end: end),
                queries: queries - question.queries.count..<queries)
        }
    }

    private static func nothing(_ parts: [Part]) -> Found {
        var found = Found(parts: parts)
        for part in parts where !found.times.contains(where: { $0.span == part.span }) {
            found.times.append((part.span, []))
        }
        return found
    }

    /// Looks at the minutes of a day that any of `parts` asks about.
    private static func judge(_ day: EncodingDay, _ scan: RowScan, _ parts: inout [Part]) {
        let ranges = parts.map { day.minutes(during: $0.span) }
        guard let first = ranges.map(\.lowerBound).min(), let last = ranges.map(\.upperBound).max(), first < last else {
            return
        }
        let count = scan.queries.count
        let bounds = scan.bounds(first..<last, day)
        func mayMatter(_ minute: Int, _ part: Int) -> Bool {
            ranges[part].contains(minute)
                && parts[part].queries.contains {
                    bounds[(minute - first) * count + $0] >= parts[part].question.close
                }
        }
        let due = (first..<last).filter { minute in parts.indices.contains { mayMatter(minute, $0) } }
        let highest = scan.highest(due.map { day.minutes[$0] }, day)
        var place = [Int](repeating: -1, count: last - first)
        for (index, minute) in due.enumerated() { place[minute - first] = index * count }
        for part in parts.indices {
            let (queries, question) = (parts[part].queries, parts[part].question)
            parts[part].minutes += ranges[part].map { minute in
                let at = place[minute - first]
                let most = at < 0 ? -.infinity : queries.reduce(-.infinity) { max($0, highest[at + $1]) }
                return Minute(
                    start: day.minutes[minute].start, keeps: most >= question.close, opens: most >= question.open)
            }
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
