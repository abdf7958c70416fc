internal import Base
internal import Configuration
internal import Foundation
internal import Grounding
internal import HTTPTypes
internal import Hummingbird
internal import Pipeline
internal import Store

/// Standing queries: the list, new ones, and what one would have told about the past.
struct QueryRoutes: Sendable {
    /// A back-test without a beginning looks at this many seconds.
    private static let usual = 7 * 86_400.0
    /// Hits of a camera that are shown.
    private static let mostHits = 200

    let services: WebServices
    let media: MediaShelf

    private struct Report: Encodable {
        let summary: BackTestSummary
        let spans: [Span]

        private enum Key: String, CodingKey { case spans }

        func encode(to encoder: any Encoder) throws {
            try summary.encode(to: encoder)
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(spans, forKey: .spans)
        }
    }

    private struct Span: Encodable {
        let hit: BackTestHit
        let hasFootage: Bool

        private enum Key: String, CodingKey { case footage }

        func encode(to encoder: any Encoder) throws {
            try hit.encode(to: encoder)
            var container = encoder.container(keyedBy: Key.self)
            try container.encode(hasFootage, forKey: .footage)
        }
    }

    private struct Tested: Encodable {
        let understood: String
        let unknownWords: [String]
        let cameras: [Report]
    }

    var all: [Route] {
        [
            Route(.get, "/api/v1/queries", parameters: ["limit", "cursor"], handler: list),
            Route(.post, "/api/v1/queries", access: .admin, takes: MediaTypes.json, handler: add),
            Route(.post, "/api/v1/queries/test", takes: MediaTypes.json, limit: .seconds(120), handler: test),
            Route(.get, "/api/v1/queries/{name}") { request in
                try Answer.json(QueryLine(try await query(request)))
            },
            Route(.delete, "/api/v1/queries/{name}", access: .admin) { request in
                try await change(request) { store, name in try await store.removeQuery(name) }
                return Answer.empty(.noContent)
            },
            Route(.post, "/api/v1/queries/{name}/enable", access: .admin) { request in
                try await change(request) { store, name in try await store.setQuery(name, enabled: true) }
                return try Answer.json(QueryLine(try await query(request)))
            },
            Route(.post, "/api/v1/queries/{name}/disable", access: .admin) { request in
                try await change(request) { store, name in try await store.setQuery(name, enabled: false) }
                return try Answer.json(QueryLine(try await query(request)))
            },
        ]
    }

    private func known() async throws -> StandingQueries {
        StandingQueries(
            configuration: services.configuration(), stored: try await services.store.standingQueries())
    }

    /// Whether the caller may know of a query: it is watched on a camera that they may see.
    private func isShown(_ query: StandingQuery, to caller: Caller) -> Bool {
        query.cameras.isEmpty || query.cameras.contains { caller.maySee($0.name) }
    }

    private func list(_ request: WebRequest) async throws -> Response {
        let limit = Int(try request.query.integer("limit", 1...500, else: 100))
        let after = try request.query.text("cursor").map(Cursor.name)
        let queries = try await known().all.filter { query in
            isShown(query, to: request.caller) && (after.map { query.name > $0 } ?? true)
        }
        return try Answer.list(
            queries.prefix(limit).map(QueryLine.init), next: queries.count > limit ? queries[limit - 1].name : nil)
    }

    private func query(_ request: WebRequest) async throws -> StandingQuery {
        let name = try request.name("name").name
        guard let query = try await known().named(name), isShown(query, to: request.caller) else {
            throw WebError.notFound("there is no query \(name)")
        }
        return query
    }

    private func change(
        _ request: WebRequest, _ body: (EventStore, String) async throws -> Bool
    ) async throws {
        let query = try await query(request)
        guard
            request.caller.cameras == nil
                || (!query.cameras.isEmpty
                    && query.cameras.allSatisfy {
                        request.caller.maySee($0.name)
                    })
        else {
            throw WebError.forbidden("the query \(query.name) is watched on cameras that the token does not show")
        }
        guard query.origin == .command else {
            throw WebError.conflict("the query \(query.name) comes from the configuration file; change it there")
        }
        guard try await body(services.store, query.name) else {
            throw WebError.notFound("there is no query \(query.name)")
        }
    }

    private func add(_ request: WebRequest) async throws -> Response {
        let body = try BodyReader(
            request.body, known: ["name", "text", "cameras", "zone", "active", "alarm_ceiling_per_day", "enabled"])
        guard let name = try body.optionalName("name") else {
            throw WebError.badRequest(parameter: "name", "name is missing")
        }
        if name == QueryConfiguration.reservedName {
            throw WebError.unprocessable(parameter: "name", "\(name) is the address of back-tests; choose another name")
        }
        let text = try Sentence.checked(try body.text("text"), "text")
        let (cameras, zone) = (try body.cameras("cameras"), try body.optionalName("zone"))
        let active = try Self.active(body)
        let query = StandingQuery(
            name: name, text: text, cameras: cameras, zone: zone, active: active?.description,
            alarmCeilingPerDay: try body.real("alarm_ceiling_per_day", 0.001...10_000, else: 1),
            isEnabled: try body.flag("enabled", else: true), origin: .command)
        let configuration = services.configuration()
        try QueryRules.check(cameras, of: configuration, request.caller)
        if let zone { try QueryRules.check(zone, on: cameras, of: configuration) }
        try QueryRules.checkStanding(try QueryRules.read(text, zones: Set([zone].compactMap(\.self))))
        _ = try await services.unknownWords(text)
        guard try await known().named(name) == nil, try await services.store.addQuery(query) else {
            throw WebError.conflict("there is a query \(name) already; choose another name, or remove it first")
        }
        var response = try Answer.json(QueryLine(query), status: .created)
        response.headers[.location] = "/api/v1/queries/\(name)"
        return response
    }

    private func test(_ request: WebRequest) async throws -> Response {
        let body = try BodyReader(
            request.body, known: ["text", "cameras", "zone", "active", "since", "until", "alarm_ceiling_per_day"])
        let text = try Sentence.checked(try body.text("text"), "text")
        let (wanted, zone, active) = (try body.cameras("cameras"), try body.optionalName("zone"), try Self.active(body))
        let until = try body.time("until") ?? WallTime(Date())
        let since = try body.time("since") ?? until.advanced(bySeconds: -Self.usual)
        let ceiling = try body.real("alarm_ceiling_per_day", 0.001...10_000, else: 1)
        let configuration = services.configuration()
        if let zone { try QueryRules.check(zone, on: wanted, of: configuration) }
        let said = try QueryRules.read(text, zones: QueryRules.zones(configuration))
        try QueryRules.checkOnce(said, zone: zone, active: active)
        let understood = said.bound(
            zone: zone, hours: active.flatMap { ActiveHours(startMinute: $0.startMinute, endMinute: $0.endMinute) })
        var unknown: [String] = []
        for scene in understood.condition.scenes {
            unknown += try await services.unknownWords(scene).filter { !unknown.contains($0) }
        }
        let scope = FootageSearch.Scope(since: since, until: until)
        let names = since < until ? try await services.store.cameras().compactMap { CameraID($0) } : []
        // Cameras without the zone are not asked, as they are not watched.
        let cameras = names.filter { camera in
            request.caller.maySee(camera.name) && (wanted.isEmpty || wanted.contains(camera))
                && (understood.zone.map { configuration.camera(camera)?.zones[$0] != nil } ?? true)
        }
        let services = services
        let reports = try await media.heavily {
            var reports: [Report] = []
            for camera in cameras {
                let report = try await services.backTest(understood, camera, scope)
                guard report.watchedSeconds > 0 else { continue }
                reports.append(try await Self.line(report, ceiling, services.clips))
            }
            return reports
        }
        return try Answer.json(
            Tested(understood: "\(understood.condition)", unknownWords: unknown, cameras: reports))
    }

    private static func active(_ body: BodyReader) throws(WebError) -> DailyWindow? {
        guard let text = try body.optionalText("active") else { return nil }
        guard let window = DailyWindow(text) else {
            let halves = text.split(separator: "-")
            if halves.count == 2, halves[0] == halves[1], DailyWindow("\(halves[0])-24:00") != nil {
                throw .unprocessable(parameter: "active", "active ends where it begins; leave it out for the whole day")
            }
            throw .badRequest(parameter: "active", "active must be a part of the day such as 22:00-06:00")
        }
        return window
    }

    private static func line(
        _ report: QueryBackTest.Report, _ ceiling: Double, _ clips: EventClips
    ) async throws -> Report {
        let best = report.hits.sorted { $0.score > $1.score }.prefix(mostHits)
            .sorted { $0.during.start < $1.during.start }
        var spans: [Span] = []
        for hit in best {
            let footage = try await clips.recorded(report.camera, during: hit.during)
            spans.append(Span(hit: BackTestHit(hit), hasFootage: footage != nil))
        }
        return Report(summary: BackTestSummary(report, ceilingPerDay: ceiling), spans: spans)
    }
}
