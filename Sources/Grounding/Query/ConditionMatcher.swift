public import Base

/// Enforces a ``Condition`` on the spans in which its scenes were seen.
///
/// Times are only as exact as the analysed frames, so ends that differ by less than ``tolerance`` count as touching.
public struct ConditionMatcher: Sendable, Equatable {
    /// Seconds by which the ends of spans may be off.
    public var tolerance: Double
    /// Longest pause between the parts of a sequence, or between repetitions, where the sentence does not say it, in
    /// seconds.
    public var pause: Double

    /// A matcher for spans whose ends are known to `tolerance` seconds.
    public init(tolerance: Double = 1, pause: Double = 600) {
        self.tolerance = tolerance
        self.pause = pause
    }

    /// A span in which the condition held.
    public struct Match: Sendable, Equatable {
        /// From the first evidence to the last.
        public let during: TimeSpan
        /// Whether nobody watched during a part of it. Absence and duration never rest on such a part.
        public let isInterrupted: Bool

        /// Gathers the parts.
        public init(during: TimeSpan, isInterrupted: Bool) {
            self.during = during
            self.isInterrupted = isInterrupted
        }
    }

    /// The spans in which `condition` holds, in order, given those of each scene and the watched ones, which neither overlap
    /// nor touch among themselves.
    public func matches(
        _ condition: Condition, scenes: [String: [TimeSpan]], watched: [TimeSpan]
    ) -> [Match] {
        let watched = watched.sorted { $0.start < $1.start }
        return spans(condition, scenes, watched).map { span in
            let isWhole = watched.contains { $0.start <= span.start && span.end <= $0.end }
            return Match(during: span, isInterrupted: !isWhole)
        }
    }

    private func spans(
        _ condition: Condition, _ scenes: [String: [TimeSpan]], _ watched: [TimeSpan]
    ) -> [TimeSpan] {
        func inner(_ condition: Condition) -> [TimeSpan] { spans(condition, scenes, watched) }
        switch condition {
        case .scene(let text): return SpanAlgebra.cut(SpanAlgebra.merged(scenes[text] ?? []), to: watched)
        case .absence(let condition):
            return SpanAlgebra.complement(of: inner(condition), in: watched).filter { $0.seconds > tolerance }
        case .both(let first, let second): return SpanAlgebra.cut(inner(first), to: inner(second))
        case .either(let first, let second): return SpanAlgebra.merged(inner(first) + inner(second))
        case .without(let first, let second):
            let excluded = inner(second)
            return inner(first).filter { span in
                SpanAlgebra.cut([span], to: excluded).allSatisfy { $0.seconds <= min(tolerance, span.seconds / 2) }
            }
        case .sequence(let parts, let within): return sequences(parts.map(inner), within: within ?? pause)
        case .lasting(let condition, let seconds):
            return SpanAlgebra.cut(inner(condition), to: watched).filter { $0.seconds >= seconds }
        case .brief(let condition, let seconds): return inner(condition).filter { isWhole($0, in: watched, seconds) }
        case .repeated(let condition, let times, let within):
            return repetitions(inner(condition), times: times, within: within ?? pause)
        }
    }

    /// Whether the span is short, and began and ended while somebody watched.
    private func isWhole(_ span: TimeSpan, in watched: [TimeSpan], _ seconds: Double) -> Bool {
        span.seconds <= seconds && watched.contains { $0.start < span.start && span.end < $0.end }
    }

    /// One span of each part, in order, each beginning where the one before ended or at most `within` later; for each end
    /// the latest beginning counts, and no span is told twice.
    private func sequences(_ parts: [[TimeSpan]], within: Double) -> [TimeSpan] {
        guard let first = parts.first, let last = parts.last else { return [] }
        var starts: [WallTime?] = first.map(\.start)
        for (before, after) in zip(parts, parts.dropFirst()) {
            starts = after.map { next in
                zip(before, starts).compactMap { follows(next, $0, within: within) ? $1 : nil }.max()
            }
        }
        var found: [TimeSpan] = []
        for (span, start) in zip(last, starts) {
            guard let start, found.last.map({ $0.end <= start.advanced(bySeconds: tolerance) }) ?? true else {
                continue
            }
            found.append(TimeSpan(start: start, end: max(start, span.end)))
        }
        return found
    }

    private func follows(_ next: TimeSpan, _ before: TimeSpan, within: Double) -> Bool {
        let wait = next.start.seconds(since: before.end)
        return wait >= -tolerance && wait <= within && before.start < next.start && before.end <= next.end
    }

    private func repetitions(_ spans: [TimeSpan], times: Int, within: Double) -> [TimeSpan] {
        guard times > 1 else { return spans }
        var (found, first) = ([TimeSpan](), 0)
        while first + times <= spans.count {
            let last = first + times - 1
            if spans[last].start.seconds(since: spans[first].start) <= within {
                found.append(TimeSpan(start: spans[first].start, end: spans[last].end))
                first += times
            } else {
                first += 1
            }
        }
        return found
    }
}
