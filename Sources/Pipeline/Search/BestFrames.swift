internal import Base
internal import Grounding
internal import NN
internal import Store

// Letters: Q queries of one day · M its minutes.

/// The best frames so far of several queries, gathered day by day in one pass. Every query has its own filter and limit.
struct BestFrames: Sendable {
    /// Minutes whose rows are multiplied at a time, shared by the threads.
    private static let chunk = 360

    /// What is looked for.
    struct Want: Sendable {
        let query: [Float]
        let limit: Int
        let filter: EncodingSearch.Filter
    }

    /// A frame that may be among the best: its score lies between the two.
    private struct Candidate {
        let frame: Int
        let lower: Float
        let upper: Float
    }

    /// The queries that look at a day, and at which of its minutes.
    private struct Members {
        let wants: [Int]
        let minutes: [Range<Int>]
        /// The minutes that any of them looks at lie in here.
        let all: Range<Int>
    }

    private let wants: [Want]
    private var hits: [[EncodingSearch.Hit]]
    /// What a frame must reach to be among the best, as far as is known.
    private var thresholds: [Float]
    private(set) var effort = EncodingSearch.Effort()

    init(_ wants: [Want]) {
        self.wants = wants
        hits = wants.map { _ in [] }
        thresholds = wants.map { _ in -.infinity }
    }

    /// Takes a day for the queries with these numbers, whose vectors `scan` holds in this order. Work is shared by the threads of
    /// the team that the calling thread leads.
    mutating func take(_ day: EncodingDay, _ scan: RowScan, for queries: [Int]) {
        let ranges = queries.map { day.minutes(during: wants[$0].filter.during) }
        guard let first = ranges.map(\.lowerBound).min(), let last = ranges.map(\.upperBound).max(), first < last else {
            return
        }
        let members = Members(wants: queries, minutes: ranges, all: first..<last)
        let bounds = scan.bounds(members.all, day)
        let order = Self.order(members, bounds)
        effort.minutes += order.count
        var pools = [[Candidate]](repeating: [], count: queries.count)
        // Few at first, so that the threshold rises before much is read; many when it has risen on the days before, since the
        // threads wait for each other after each part.
        let isKnown = queries.allSatisfy { thresholds[$0] > -.infinity }
        var (next, size) = (0, isKnown ? Self.chunk : 1)
        while next < order.count {
            let due = order[next..<min(next + size, order.count)].filter { isDue($0, members, bounds) }
            (next, size) = (next + size, min(2 * size, Self.chunk))
            effort.minutesRead += due.count
            for (minute, scores) in zip(due, scan.scores(due.map { day.minutes[$0] }, day)) {
                effort.rows += scores.sums.count / queries.count
                for query in queries.indices
                where scores.highest[query] >= thresholds[queries[query]] && ranges[query].contains(minute) {
                    gather(day.minutes[minute], scores, scan, query, members, day, &pools[query])
                }
            }
            for query in queries.indices where pools[query].count >= wants[queries[query]].limit {
                raiseThreshold(&pools[query], queries[query])
            }
        }
        for query in queries.indices { settle(pools[query], query, members, day, scan) }
    }

    /// The hits of each query, best first.
    mutating func result() -> [[EncodingSearch.Hit]] {
        for want in wants.indices { prune(want) }
        return hits
    }

    /// The minutes somebody looks at; what promises most comes first, so that thresholds rise soon.
    private static func order(_ members: Members, _ bounds: [Float]) -> [Int] {
        let count = members.wants.count
        let rated = members.all.compactMap { minute -> (minute: Int, most: Float)? in
            var most: Float?
            for query in 0..<count where members.minutes[query].contains(minute) {
                most = max(most ?? -.infinity, bounds[(minute - members.all.lowerBound) * count + query])
            }
            return most.map { (minute, $0) }
        }
        return rated.sorted { ($1.most, $0.minute) < ($0.most, $1.minute) }.map(\.minute)
    }

    private func isDue(_ minute: Int, _ members: Members, _ bounds: [Float]) -> Bool {
        let count = members.wants.count
        return (0..<count).contains { query in
            members.minutes[query].contains(minute)
                && bounds[(minute - members.all.lowerBound) * count + query] >= thresholds[members.wants[query]]
        }
    }

    private mutating func gather(
        _ minute: EncodingDay.Minute, _ scores: RowScan.Scores, _ scan: RowScan, _ query: Int, _ members: Members,
        _ day: EncodingDay, _ pool: inout [Candidate]
    ) {
        let want = members.wants[query]
        let filter = wants[want].filter
        var known: (record: Int, range: (lower: Float, upper: Float)?)?
        for frame in minute.frames {
            let (record, time) = (day.shown[frame], day.times[frame])
            guard time >= filter.during.start, time < filter.during.end else { continue }
            if known?.record != record {
                known = (record, range(of: record, scores, scan, query, want, day))
            }
            guard let range = known?.range, range.upper >= thresholds[want] else { continue }
            pool.append(Candidate(frame: frame, lower: range.lower, upper: range.upper))
            if pool.count >= 2 * wants[want].limit + 256 { raiseThreshold(&pool, want) }
        }
    }

    /// Between what the score of a record's best allowed look lies; nil when it has none.
    private func range(
        of record: Int, _ scores: RowScan.Scores, _ scan: RowScan, _ query: Int, _ want: Int, _ day: EncodingDay
    ) -> (lower: Float, upper: Float)? {
        let zone = wants[want].filter.zone
        var found: (lower: Float, upper: Float)?
        for row in day.firstRow[record]..<day.firstRow[record + 1] {
            let (lower, upper) = scan.range(scores, row: row, query: query, day)
            guard upper >= thresholds[want], zone?.holds(day.box(row: row)) ?? true else { continue }
            found = (max(found?.lower ?? lower, lower), max(found?.upper ?? upper, upper))
        }
        return found != nil && day.isThere(record: record) ? found : nil
    }

    /// So many frames score at least so much; what scores less is not among the best.
    private mutating func raiseThreshold(_ pool: inout [Candidate], _ want: Int) {
        let (lowers, limit) = (pool.map(\.lower).sorted(by: >), wants[want].limit)
        if lowers.count >= limit { thresholds[want] = max(thresholds[want], lowers[limit - 1]) }
        let threshold = thresholds[want]
        pool.removeAll { $0.upper < threshold }
    }

    /// Computes in full what of a day may be among the best.
    private mutating func settle(
        _ pool: [Candidate], _ query: Int, _ members: Members, _ day: EncodingDay, _ scan: RowScan
    ) {
        let want = members.wants[query]
        var pool = pool
        raiseThreshold(&pool, want)
        var last: (record: Int, best: (score: Float, box: Box)?)?
        for candidate in pool {
            let record = day.shown[candidate.frame]
            if last?.record != record {
                effort.computed += 1
                last = (record, score(of: record, query, want, day, scan))
            }
            guard let best = last?.best, best.score >= thresholds[want] else { continue }
            hits[want].append(
                EncodingSearch.Hit(
                    camera: day.camera, time: day.times[candidate.frame], score: best.score, box: best.box))
        }
        prune(want)
    }

    private func score(
        of record: Int, _ query: Int, _ want: Int, _ day: EncodingDay, _ scan: RowScan
    ) -> (score: Float, box: Box)? {
        guard let encoding = day.encoding(record: record, at: day.times[0]) else { return nil }
        let zone = wants[want].filter.zone
        return encoding.looks.filter { zone?.holds($0.box) ?? true }
            .map { (score: scan.exact($0.values, query), box: $0.box) }.max { $0.score < $1.score }
    }

    private mutating func prune(_ want: Int) {
        let limit = wants[want].limit
        hits[want].sort(by: EncodingSearch.Hit.precedes)
        hits[want] = Array(hits[want].prefix(limit))
        if hits[want].count == limit, let last = hits[want].last {
            thresholds[want] = max(thresholds[want], last.score)
        }
    }
}
