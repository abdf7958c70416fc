import Base
import Foundation
import Grounding
import HTTPTypes
import Pipeline
import Store
import TestSupport
import Testing
import Web

@Suite("Queries and search over HTTP", .tags(.integration), .timeLimit(.minutes(5)))
struct QueryRouteTests {
    private static let configuration = """
        cameras:
          gate: { url: 'rtsp://127.0.0.1/1', zones: { fence: [[0,0],[1,0],[1,1]] } }
          yard: { url: 'rtsp://127.0.0.1/2' }
        queries: { fixed: { text: 'a vehicle' } }
        """

    @Test("a query is added once, listed, switched and removed; the file's is left alone")
    func life() async throws {
        let site = try await WebSite(configuration: Self.configuration)
        let added = try await site.post(
            "/api/v1/queries", #"{"name":"a","text":"a person","cameras":["gate"],"zone":"fence"}"#)
        #expect(added.status == 201 && added.headers[.location] == "/api/v1/queries/a", "\(added.text)")
        #expect(try await site.post("/api/v1/queries", #"{"name":"a","text":"b"}"#).status == 409)
        #expect(try await site.post("/api/v1/queries", #"{"name":"fixed","text":"b"}"#).status == 409)
        #expect(try await site.get("/api/v1/queries").items().compactMap { $0["name"] as? String } == ["a", "fixed"])
        let first = try await site.get("/api/v1/queries?limit=1").object()
        #expect(first["next"] as? String == "a")
        #expect(try await site.get("/api/v1/queries?limit=1&cursor=a").items().first?["name"] as? String == "fixed")
        #expect(try await site.post("/api/v1/queries/a/disable", "").object()["enabled"] as? Bool == false)
        #expect(try await site.post("/api/v1/queries/a/enable", "").object()["enabled"] as? Bool == true)
        #expect(try await site.post("/api/v1/queries/fixed/disable", "").status == 409)
        #expect(try await site.send(.delete, "/api/v1/queries/a").status == 204)
        #expect(try await site.send(.delete, "/api/v1/queries/a").status == 404)
    }

    @Test(
        "what is wrong is named",
        arguments: [
            (#"{"text":"a"}"#, 400, "name"), (#"{"name":"-a","text":"a"}"#, 400, "name"),
            (#"{"name":"a"}"#, 400, "text"),
            (#"{"name":"a","text":" "}"#, 400, "text"), (#"{"name":"a","text":"a\u0000"}"#, 400, "text"),
            (#"{"name":"a","text":"a","cameras":["nowhere"]}"#, 422, "cameras"),
            (#"{"name":"a","text":"a","cameras":["gate","gate"]}"#, 400, "cameras"),
            (#"{"name":"a","text":"a","zone":"fence"}"#, 422, "zone"),
            (#"{"name":"a","text":"a","active":"25:00-26:00"}"#, 400, "active"),
            (#"{"name":"a","text":"a","alarm_ceiling_per_day":0}"#, 400, "alarm_ceiling_per_day"),
            (#"{"name":"a","text":"a","enabled":"yes"}"#, 400, "enabled"),
            (#"{"name":"a","text":"a","x":1}"#, 400, "x"), (#"{"name":"test","text":"a car"}"#, 422, "name"),
        ])
    func wrong(body: String, status: Int, parameter: String) async throws {
        let reply = try await WebSite(configuration: Self.configuration).post("/api/v1/queries", body)
        #expect(reply.status == status && reply.parameter == parameter, "\(reply.text)")
    }

    @Test("a search says what it found, how it read the sentence, and which words are unknown")
    func search() async throws {
        let site = try await WebSite(unknownWords: { $0.contains("zebra") ? ["zebra"] : [] })
        let reply = try await site.get("/api/v1/search?q=a%20zebra&limit=5").object()
        #expect((reply["items"] as? [Any])?.isEmpty == true)
        #expect(reply["unknown_words"] as? [String] == ["zebra"])
        #expect((reply["understood"] as? String)?.contains("zebra") == true)
        #expect(try await site.get("/api/v1/search").parameter == "q")
        #expect(try await site.get("/api/v1/search?q=").parameter == "q")
        let refused = try await site.get("/api/v1/search?q=a%20car%20in%20zone%20nowhere")
        #expect(refused.status == 422 && refused.parameter == "q", "\(refused.text)")
    }

    @Test("nodes that did not answer a search are named, and a node that asks is answered from here alone")
    func partial() async throws {
        let scopes = Locked<[FootageSearch.Scope]>([])
        let site = try await WebSite(
            search: { _, scope, _, _ in
                scopes.withLock { $0.append(scope) }
                return []
            }, missing: ["b", "c"])
        let whole = try await site.get("/api/v1/search?q=a%20person").object()
        #expect(whole["partial"] as? [String] == ["b", "c"])
        let asking = try #require(HTTPField.Name("Alertd-Node"))
        _ = try await site.get("/api/v1/search?q=a%20person&cameras=gate,yard", headers: [asking: "b"])
        let seen = scopes.withLock { $0 }
        #expect(seen.map(\.isOnlyHere) == [false, true])
        #expect(seen.last?.cameras?.map(\.name).sorted() == ["gate", "yard"])
        for cameras in ["", "gate,", "a%20b", "-a"] {
            #expect(
                try await site.get("/api/v1/search?q=a%20person&cameras=\(cameras)").parameter == "cameras",
                "\(cameras)")
        }
    }

    @Test("one search more than there is room for is refused with when to try again, and the room comes back")
    func busy() async throws {
        var limits = WebLimits()
        limits.heavy = 1
        let (begun, mayEnd) = (BoundedQueue<Bool>(countLimit: 1), BoundedQueue<Bool>(countLimit: 1))
        let site = try await WebSite(
            limits: limits,
            search: { text, _, _, _ in
                guard text.contains("slow") else { return [] }
                begun.offer(true)
                _ = try await mayEnd.next()
                return []
            })
        async let slow = site.get("/api/v1/search?q=a%20slow%20car")
        _ = try await begun.next()
        let second = try await site.get("/api/v1/search?q=a%20person")
        let test = try await site.post("/api/v1/queries/test", #"{"text":"a person"}"#)
        for refused in [second, test] {
            #expect(refused.status == 503 && refused.headers[.retryAfter] == "1", "\(refused.text)")
        }
        #expect(try await site.get("/api/v1/events").status == 200, "what is quick is answered meanwhile")
        mayEnd.offer(true)
        #expect(try await slow.status == 200)
        #expect(try await site.get("/api/v1/search?q=a%20person").status == 200)
    }

    @Test(
        "a back-test asks for the query as it would be watched: in its zone, in its hours, on the cameras that have it")
    func backTest() async throws {
        let asked = Locked<[(request: WatchRequest, camera: String)]>([])
        let site = try await WebSite(
            configuration: Self.configuration,
            backTest: { request, camera, _ in
                asked.withLock { $0.append((request, camera.name)) }
                return QueryBackTest.Report(camera: camera, hits: [], watchedSeconds: 86_400)
            })
        for camera in ["gate", "yard"] {
            try await site.store.recordCoverage(
                .init(start: WebSite.noon, end: WebSite.noon.advanced(bySeconds: 100)),
                camera: try #require(.init(camera)))
        }
        func test(_ body: String) async throws -> WebSite.Reply { try await site.post("/api/v1/queries/test", body) }
        let bound = try await test(#"{"text":"a person","cameras":["gate"],"zone":"fence","active":"22:00-06:00"}"#)
        #expect(bound.status == 200, "\(bound.text)")
        let report = try #require((try bound.object()["cameras"] as? [[String: Any]])?.first)
        #expect(
            Set(report.keys) == [
                "camera", "hits", "watched_days", "hits_per_day", "suggested_level", "days", "spans",
            ])
        #expect(report["suggested_level"] is NSNull && report["watched_days"] as? Double == 1)
        let (request, camera) = try #require(asked.withLock { $0.first })
        #expect(camera == "gate" && request.zone == "fence" && request.sentence == "a person")
        #expect(request.hours == ActiveHours(startMinute: 22 * 60, endMinute: 6 * 60))
        asked.withLock { $0 = [] }
        // Said in the sentence: the camera that has no such zone is left out.
        #expect(try await test(#"{"text":"a person in zone fence"}"#).status == 200)
        #expect(asked.withLock { $0.map(\.camera) } == ["gate"])
        #expect(try await test(#"{"text":"a person"}"#).status == 200)
        #expect(asked.withLock { $0.map(\.camera) } == ["gate", "gate", "yard"])
        for (body, status, parameter) in [
            (#"{"text":"a person","zone":"fence"}"#, 422, "zone"),
            (#"{"text":"a person in zone fence","cameras":["gate"],"zone":"fence"}"#, 422, "zone"),
            (#"{"text":"a person between 22:00 and 06:00","active":"22:00-06:00"}"#, 422, "active"),
            (#"{"text":"a person","active":"6-7"}"#, 400, "active"),
            (#"{"text":"a person","active":"06:00-06:00"}"#, 422, "active"),
        ] {
            let reply = try await test(body)
            #expect(reply.status == status && reply.parameter == parameter, "\(body): \(reply.text)")
        }
    }

    @Test("coverage and curves are empty where nothing was watched, and times are read strictly")
    func history() async throws {
        let site = try await WebSite()
        #expect(try await site.get("/api/v1/coverage").items().isEmpty)
        #expect(try await site.get("/api/v1/anomalies?points=100").items().isEmpty)
        #expect(try await site.get("/api/v1/anomalies?since=2026-05-01T12:00:00.123456789%2B05:30").status == 200)
        for time in ["2026-13-01T00:00:00Z", "2026-05-01", "2026-05-01T24:00:00Z", "2026-05-01T00:00:00", "1"] {
            #expect(try await site.get("/api/v1/coverage?since=\(time)").parameter == "since", "\(time)")
        }
        let now = WebSite.noon
        try await site.store.recordCoverage(
            .init(start: now, end: now.advanced(bySeconds: 100)), camera: try #require(.init("gate")))
        let spans = try await site.get(
            "/api/v1/coverage?since=2026-05-01T12:00:00Z&until=2026-05-01T12:10:00Z&camera=gate"
        ).items()
        #expect(spans.compactMap { $0["state"] as? String } == ["watched", "blind"])
    }
}
