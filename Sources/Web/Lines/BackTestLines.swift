internal import Base
public import Pipeline

/// A span that a standing query would have told, as `query test` and the HTTP service give it.
public struct BackTestHit: Encodable, Sendable {
    /// `[start, end)`
    public let start, end: String
    /// How well the query holds inside.
    public let score: Double
    /// Whether nobody watched during a part of it.
    public let isInterrupted: Bool

    /// The line of `hit`.
    public init(_ hit: QueryBackTest.Hit) {
        (start, end) = (hit.during.start.description, hit.during.end.description)
        (score, isInterrupted) = (Rounded.score(hit.score), hit.isInterrupted)
    }
}

/// What the past of one camera says about a query, in numbers.
public struct BackTestSummary: Encodable, Sendable {
    /// The camera.
    public let camera: String
    /// How often it would have been told.
    public let hits: Int
    /// Days of footage.
    public let watchedDays: Double
    /// Hits a watched day.
    public let hitsPerDay: Double
    /// The score from which on hits keep the ceiling; nil when all do.
    public let suggestedLevel: Double?
    /// Hits by UTC day.
    public let days: [String: Int]

    /// The summary of `report`, which must have seen something.
    public init(_ report: QueryBackTest.Report, ceilingPerDay: Double) {
        let seen = report.watchedSeconds / 86_400
        camera = report.camera.name
        hits = report.hits.count
        watchedDays = Rounded.score(seen)
        hitsPerDay = Rounded.score(Double(report.hits.count) / seen)
        suggestedLevel = report.level(ceilingPerDay: ceilingPerDay).map(Rounded.score)
        days = Dictionary(grouping: report.hits) { $0.during.start.dayName }.mapValues(\.count)
    }

    private enum Key: String, CodingKey {
        case camera, hits, watchedDays, hitsPerDay, suggestedLevel, days
    }

    /// All keys are always there.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(camera, forKey: .camera)
        try container.encode(hits, forKey: .hits)
        try container.encode(watchedDays, forKey: .watchedDays)
        try container.encode(hitsPerDay, forKey: .hitsPerDay)
        try container.encode(suggestedLevel, forKey: .suggestedLevel)
        try container.encode(days, forKey: .days)
    }
}
