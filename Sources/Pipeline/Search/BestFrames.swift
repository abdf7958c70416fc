internal import Base
internal import Grounding
internal import NN
internal import Store

/// The best frames so far of several queries, gathered day by day.
struct BestFrames: Sendable {
    /// Minutes whose rows are multiplied at a time, shared by the threads.
    private static let chunk = 64

    /// A frame that may be among the best: its score lies between the two.
    private struct Candidate {
        let frame: Int
        let lower: Float
        let upper: Float
    }

    private let limit: Int
    private var hits: [[EncodingSearch.Hit]]
    /// What a frame must reach to be among the best, as far as is known [Q].
    private var thresholds: [Float]
    private(set) var effort = EncodingSearch.Effort()

    init(queries: Int, limit: Int) {
        self.limit = limit
        hits = Array(repeating: [], count: queries)
        thresholds = Array(repeating: -.infinity, count: queries)
    }

    /// Takes a day.
    mutating func take(_ day: EncodingDay, _ scan: RowScan, _ filter: EncodingSearch.Filter) {
        let (start, end) = (filter.during.start, filter.during.end)
        let minutes = day.minutes.filter { $0.start < end && $0.start.advanced(bySeconds: 60) > start }
            .map { (minute: $0, bounds: scan.bounds($0)) }
        effort.minutes += minutes.count
        // What promises most comes first, so that the threshold rises soon.
        let order = minutes.sorted { ($0.bounds?.max() ?? .infinity) > ($1.bounds?.max() ?? .infinity) }
        var pool = [[Candidate]](repeating: [], count: thresholds.count)
        // Few at first, so that the threshold rises before much is read.
        var (first, size) = (0, 1)
        while first < order.count {
            let due = order[first..<min(first + size, order.count)].filter { isDue($0.bounds) }.map(\.minute)
            (first, size) = (first + size, min(2 * size, Self.chunk))
            effort.minutesRead += due.count
            for (minute, scores) in zip(due, scan.scores(due, day)) {
                effort.rows += scores.rows
                for query in thresholds.indices where scores.highest[query] >= thresholds[query] {
                    gather(minute, scores, query, day, filter, &pool[query])
                }
            }
            for query in thresholds.indices where pool[query].count >= limit { raiseThreshold(&pool[query], query) }
        }
        for query in thresholds.indices { settle(pool[query], query, day, scan, filter) }
    }

    /// The hits of each query, best first.
    mutating func result() -> [[EncodingSearch.Hit]] {
        for query in hits.indices { prune(query) }
        return hits
    }

    private func isDue(_ bounds: [Float]?) -> Bool {
        guard let bounds else { return true }
        return zip(bounds, thresholds).contains { $0 >= $1 }
    }

    private mutating func gather(
        _ minute: EncodingDay.Minute, _ scores: RowScan.Scores, _ query: Int, _ day: EncodingDay,
        _ filter: EncodingSearch.Filter, _ pool: inout [Candidate]
    ) {
        var known: (record: Int, range: (lower: Float, upper: Float)?)?
        for frame in minute.frames {
            let (record, time) = (day.shown[frame], day.times[frame])
            guard time >= filter.during.start, time < filter.during.end else { continue }
            if known?.record != record {
                known = (record, bounds(of: record, scores, query, day, filter))
            }
            guard let range = known?.range, range.upper >= thresholds[query] else { continue }
            pool.append(Candidate(frame: frame, lower: range.lower, upper: range.upper))
            if pool.count >= 2 * limit + 256 { raiseThreshold(&pool, query) }
        }
    }

    /// Between what the score of a record's best allowed look lies; nil when it has none.
    private func bounds(
        of record: Int, _ scores: RowScan.Scores, _ query: Int, _ day: EncodingDay, _ filter: EncodingSearch.Filter
    ) -> (lower: Float, upper: Float)? {
        guard day.isThere(record: record) else { return nil }
        var found: (lower: Float, upper: Float)?
        for row in day.firstRow[record]..<day.firstRow[record + 1] {
            let place = (row - scores.first) * scores.queries + query
            let (lower, upper) = (
                scores.values[place] - scores.slack[place], scores.values[place] + scores.slack[place]
            )
            guard upper >= thresholds[query], filter.zone?.holds(day.box(row: row)) ?? true else { continue }
            found = (max(found?.lower ?? lower, lower), max(found?.upper ?? upper, upper))
        }
        return found
    }

    /// So many frames score at least so much; what scores less is not among the best.
    private mutating func raiseThreshold(_ pool: inout [Candidate], _ query: Int) {
        let lowers = pool.map(\.lower).sorted(by: >)
        if lowers.count >= limit { thresholds[query] = max(thresholds[query], lowers[limit - 1]) }
        let threshold = thresholds[query]
        pool.removeAll { $0.upper < threshold }
    }

    /// Computes in full what of a day may be among the best.
    private mutating func settle(
        _ pool: [Candidate], _ query: Int, _ day: EncodingDay, _ scan: RowScan, _ filter: EncodingSearch.Filter
    ) {
        var pool = pool
        raiseThreshold(&pool, query)
        var last: (record: Int, best: (score: Float, box: Box)?)?
        for candidate in pool {
            let record = day.shown[candidate.frame]
            if last?.record != record {
                effort.computed += 1
                last = (record, score(of: record, query, day, scan, filter))
            }
            guard let best = last?.best, best.score >= thresholds[query] else { continue }
            hits[query].append(
                EncodingSearch.Hit(
                    camera: day.camera, time: day.times[candidate.frame], score: best.score, box: best.box))
        }
        prune(query)
    }

    private func score(
        of record: Int, _ query: Int, _ day: EncodingDay, _ scan: RowScan, _ filter: EncodingSearch.Filter
    ) -> (score: Float, box: Box)? {
        guard let encoding = day.encoding(record: record, at: day.times[0]) else { return nil }
        return encoding.looks.filter { filter.zone?.holds($0.box) ?? true }
            .map { (score: scan.exact($0.values, query), box: $0.box) }.max { $0.score < $1.score }
    }

    private mutating func prune(_ query: Int) {
        hits[query].sort(by: EncodingSearch.Hit.precedes)
        hits[query] = Array(hits[query].prefix(limit))
        if hits[query].count == limit, let last = hits[query].last {
            thresholds[query] = max(thresholds[query], last.score)
        }
    }
}
