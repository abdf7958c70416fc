import Foundation
import HTTPTypes
import TestSupport
import Testing

@Suite("Events over HTTP", .tags(.integration), .timeLimit(.minutes(5)))
struct EventRouteTests {
    @Test("pages follow each other, latest first, and together hold every event once")
    func paging() async throws {
        let site = try await WebSite()
        for number in 0..<25 { try await site.event(Double(number * 100), Double(number * 100 + 5)) }
        var seen: [Int] = []
        var starts: [String] = []
        var cursor: String?
        repeat {
            let reply = try await site.get("/api/v1/events?limit=7" + (cursor.map { "&cursor=\($0)" } ?? ""))
            #expect(reply.status == 200)
            let items = try reply.items()
            #expect(items.count <= 7)
            seen += items.compactMap { $0["id"] as? Int }
            starts += items.compactMap { $0["start"] as? String }
            cursor = try reply.object()["next"] as? String
        } while cursor != nil
        #expect(seen.count == 25 && Set(seen).count == 25)
        #expect(starts == starts.sorted(by: >))
    }

    @Test("filters by camera, kind, query, verdict and time")
    func filters() async throws {
        let site = try await WebSite()
        let first = try await site.event(0, 5)
        let second = try await site.event(100, 105, camera: "yard", query: "car")
        func ids(_ query: String) async throws -> [Int64] {
            try await site.get("/api/v1/events?\(query)").items().compactMap { ($0["id"] as? NSNumber)?.int64Value }
        }
        #expect(try await ids("camera=yard") == [second])
        #expect(try await ids("query=person") == [first])
        #expect(try await ids("kind=anomaly") == [])
        #expect(try await ids("since=2026-05-01T12:01:00Z") == [second])
        #expect(try await ids("until=2026-05-01T14:01:00%2B02:00") == [first])
        #expect(try await ids("verdict=incident") == [])
        let judged = try await site.post("/api/v1/events/\(first)/verdict", #"{"verdict":"incident"}"#)
        #expect(judged.status == 200)
        #expect(try await ids("verdict=incident") == [first])
        #expect(try await ids("verdict=none") == [second])
    }

    @Test("an event has the keys of the command line, and what belongs to it")
    func show() async throws {
        let site = try await WebSite()
        let id = try await site.event(0, 5)
        let event = try await site.get("/api/v1/events/\(id)").object()
        #expect(event["camera"] as? String == "gate")
        #expect(event["start"] as? String == "2026-05-01T12:00:00.000Z")
        #expect(event["query_text"] as? String == "a person")
        #expect(event["thumbnail"] as? Bool == false)
        #expect(event["clip"] is NSNull)
        #expect(event["frames"] as? [String] == [])
        #expect(event["description_state"] as? String == "waiting" || event["description_state"] as? String == "none")
        #expect(try await site.get("/api/v1/events/\(id)/clip.mp4").status == 404)
        #expect(try await site.get("/api/v1/events/\(id)/thumbnail.jpg").status == 404)
    }

    @Test("numbers that are none, or of no event, are told apart")
    func missing() async throws {
        let site = try await WebSite()
        for path in ["0", "-1", "x", "1.5", "99999999999999999999", "%00"] {
            let reply = try await site.get("/api/v1/events/\(path)")
            #expect(reply.status == 400 && reply.parameter == "id", "\(path): \(reply.text)")
        }
        #expect(try await site.get("/api/v1/events/4711").status == 404)
        #expect(try await site.post("/api/v1/events/4711/verdict", #"{"verdict":"normal"}"#).status == 404)
    }

    @Test(
        "wrong parameters are refused by name",
        arguments: [
            ("limit=0", "limit"), ("limit=501", "limit"), ("limit=x", "limit"), ("camera=-x", "camera"),
            ("kind=other", "kind"), ("since=yesterday", "since"), ("until=2026-02-30T00:00:00Z", "until"),
            ("cursor=x", "cursor"), ("verdict=maybe", "verdict"), ("colour=red", "colour"),
            ("limit=1&limit=2", "limit"),
            ("query=%FF", "query"),
        ])
    func wrong(query: String, parameter: String) async throws {
        let reply = try await WebSite().get("/api/v1/events?\(query)")
        #expect(reply.status == 400)
        #expect(reply.headers[.contentType] == "application/problem+json")
        #expect(reply.parameter == parameter)
    }
}
