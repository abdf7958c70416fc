internal import Base

/// Sets of moments as spans that rise and neither overlap nor touch.
enum SpanAlgebra {
    /// Any spans → the same moments, in order; empty ones are dropped.
    static func merged(_ spans: [TimeSpan]) -> [TimeSpan] {
        var result: [TimeSpan] = []
        for span in spans.sorted(by: { $0.start < $1.start }) where span.start < span.end {
            if let last = result.last, span.start <= last.end {
                result[result.count - 1] = TimeSpan(start: last.start, end: max(last.end, span.end))
            } else {
                result.append(span)
            }
        }
        return result
    }

    /// What `first` and `second` share; both rise.
    static func cut(_ first: [TimeSpan], to second: [TimeSpan]) -> [TimeSpan] {
        var (i, j, result) = (0, 0, [TimeSpan]())
        while i < first.count, j < second.count {
            let (start, end) = (max(first[i].start, second[j].start), min(first[i].end, second[j].end))
            if start < end { result.append(TimeSpan(start: start, end: end)) }
            if first[i].end < second[j].end { i += 1 } else { j += 1 }
        }
        return result
    }

    /// What of `whole` lies outside `spans`; both rise.
    static func complement(of spans: [TimeSpan], in whole: [TimeSpan]) -> [TimeSpan] {
        whole.flatMap { part -> [TimeSpan] in
            var (start, result) = (part.start, [TimeSpan]())
            for span in cut(spans, to: [part]) {
                if start < span.start { result.append(TimeSpan(start: start, end: span.start)) }
                start = max(start, span.end)
            }
            if start < part.end { result.append(TimeSpan(start: start, end: part.end)) }
            return result
        }
    }
}
