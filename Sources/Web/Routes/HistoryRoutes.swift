internal import Base
internal import Foundation
internal import Grounding
internal import HTTPTypes
internal import Hummingbird
internal import Pipeline
internal import Store

/// The past: curves, coverage, and search.
struct HistoryRoutes: Sendable {
    /// Without a beginning, this many seconds before the end are shown.
    private static let usual = 86_400.0
    private static let mostPoints: Int64 = 5000

    let services: WebServices
    let media: MediaShelf

    private struct Found: Encodable {
        let items: [FoundLine]
        let next: String?
        let unknownWords: [String]
        let understood: String
        /// Names of the nodes that did not answer.
        let partial: [String]

        private enum Key: String, CodingKey { case items, next, unknownWords, understood, partial }

        func encode(to encoder: any Encoder) throws {
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(items, forKey: .items)
            try container.encode(next, forKey: .next)
            try container.encode(unknownWords, forKey: .unknownWords)
            try container.encode(understood, forKey: .understood)
            try container.encode(partial, forKey: .partial)
        }
    }

    private struct FoundLine: Encodable {
        let hit: FootageSearch.Hit
        let hasFootage: Bool

        private enum Key: String, CodingKey { case footage }

        func encode(to encoder: any Encoder) throws {
            try SearchLine(hit).encode(to: encoder)
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(hasFootage, forKey: .footage)
        }
    }

    var all: [Route] {
        [
            Route(
                .get, "/api/v1/anomalies", parameters: ["camera", "since", "until", "points", "limit", "cursor"],
                limit: .seconds(20), handler: anomalies),
            Route(
                .get, "/api/v1/coverage", parameters: ["camera", "since", "until", "points", "limit", "cursor"],
                limit: .seconds(20), handler: coverage),
            Route(
                .get, "/api/v1/search", parameters: ["q", "camera", "cameras", "since", "until", "limit", "cursor"],
                sentence: "q", limit: .seconds(60), handler: search),
        ]
    }

    private func span(_ query: QueryParameters) throws -> (since: WallTime, until: WallTime) {
        let until = try query.time("until") ?? WallTime(Date())
        return (try query.time("since") ?? until.advanced(bySeconds: -Self.usual), until)
    }

    private func anomalies(_ request: WebRequest) async throws -> Response {
        let query = request.query
        let (since, until) = try span(query)
        let limit = Int(try query.integer("limit", 1...5000, else: 1000))
        var page = AnomalyPageRequest(since: since, until: until, limit: limit + 1)
        page.cameras = try CameraChoice.cameras(query.name("camera"), request.caller)
        let points = try query.optionalInteger("points", 1...Self.mostPoints)
        page.after = try query.text("cursor").map(Cursor.anomalyPosition)
        if let points {
            page.limit = 5000
            let rows = try await services.history.anomalyOutline(page, points: Int(points))
            return try Answer.list(rows.map { AnomalyLine($0, withLane: true) }, next: nil)
        }
        let rows = try await services.history.anomalyPage(page)
        let shown = rows.prefix(limit)
        return try Answer.list(
            shown.map { AnomalyLine($0, withLane: true) }, next: rows.count > limit ? shown.last.map(Cursor.text) : nil)
    }

    private func coverage(_ request: WebRequest) async throws -> Response {
        let query = request.query
        let (since, until) = try span(query)
        let limit = Int(try query.integer("limit", 1...5000, else: 1000))
        let camera = try query.name("camera")
        let points = try query.optionalInteger("points", 1...Self.mostPoints)
        let after = try query.text("cursor").map(Cursor.coveragePosition)
        // Nobody can say yet what will be watched.
        let end = min(until, WallTime(Date()))
        guard since < end, camera.map({ request.caller.maySee($0.name) }) ?? true else {
            return try Answer.list([CoverageLine](), next: nil)
        }
        var rows = try await services.history.listCoverage(camera: camera, since: since, until: end)
            .filter { request.caller.maySee($0.camera) }
        if let points {
            rows = CoverageOutline.merged(rows, shortest: end.seconds(since: since) / Double(points))
        }
        if let after { rows = rows.filter { ($0.camera, $0.during.start) > (after.camera, after.start) } }
        let shown = rows.prefix(limit)
        return try Answer.list(
            shown.map(CoverageLine.init), next: rows.count > limit ? shown.last.map(Cursor.text) : nil)
    }

    private func search(_ request: WebRequest) async throws -> Response {
        let query = request.query
        let text = try query.sentence("q")
        let limit = Int(try query.integer("limit", 1...100, else: 20))
        let camera = try query.name("camera")
        var scope = FootageSearch.Scope(
            camera: camera, cameras: try cameras(query, request.caller), since: try query.time("since"),
            until: try query.time("until"))
        // Another node asks: it asks all the others itself.
        scope.isOnlyHere = request.headers[.askingNode] != nil
        let after = try query.text("cursor").map { text throws(WebError) in
            guard let cursor = SearchCursor(text) else {
                throw .badRequest(parameter: "cursor", "cursor must be the \"next\" of the page before")
            }
            return cursor
        }
        let understood = try QueryRules.read(text, zones: QueryRules.zones(services.configuration()))
        let unknown = try await unknownWords(understood)
        let (services, media) = (services, media)
        let (lines, missing) = try await media.heavily { [scope] in
            let found =
                if let since = scope.since, let until = scope.until, since >= until {
                    ClusterSearch.Found(hits: [])
                } else {
                    try await services.search(text, scope, limit, after)
                }
            var lines: [FoundLine] = []
            for hit in found.hits {
                let footage = try await services.clips.recorded(hit.camera, during: hit.during)
                lines.append(FoundLine(hit: hit, hasFootage: footage != nil))
            }
            return (lines, found.missing)
        }
        return try Answer.json(
            Found(
                items: lines, next: lines.count == limit ? lines.last?.hit.cursor.description : nil,
                unknownWords: unknown, understood: "\(understood.condition)", partial: missing))
    }

    /// The cameras that are asked for, of those that the caller may see; nil means all.
    private func cameras(_ query: QueryParameters, _ caller: Caller) throws(WebError) -> Set<CameraID>? {
        let seen = caller.cameras.map { Set($0.compactMap { CameraID($0) }) }
        guard let text = query.text("cameras") else { return seen }
        var named: Set<CameraID> = []
        for name in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let camera = CameraID(String(name)) else {
                throw .badRequest(parameter: "cameras", "cameras must be names of cameras with commas between them")
            }
            named.insert(camera)
        }
        return seen.map { $0.intersection(named) } ?? named
    }

    private func unknownWords(_ request: WatchRequest) async throws -> [String] {
        var words: [String] = []
        for scene in request.condition.scenes {
            words += try await services.unknownWords(scene).filter { !words.contains($0) }
        }
        return words
    }
}

extension HTTPField.Name {
    /// Marks a question that another node asks.
    static var askingNode: Self { Self("Alertd-Node") ?? .origin }
}
