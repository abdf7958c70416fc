import Base
import Foundation
import Logging
import Store
import TestSupport
import Testing

@Suite("A daemon's HTTP service", .tags(.integration), .timeLimit(.minutes(5)), .serialized)
struct DaemonWebTests {
    /// A running daemon without cameras, and the port of its service.
    private func start(_ rest: String = "") throws -> (site: DaemonSite, port: Int) {
        let site = try DaemonSite()
        try site.configure([], rest: rest)
        try site.start()
        return (site, try site.port())
    }

    private func store(_ site: DaemonSite) async throws -> EventStore {
        try await EventStore.open(
            .url(try #require(site.database)), logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func record(_ number: Int, into store: EventStore) async throws {
        let start = WallTime(microseconds: 1_777_636_800_000_000).advanced(bySeconds: Double(number * 10))
        let event = Event(
            camera: try #require(CameraID("gate")), source: .query(name: "person", text: "a person"),
            during: TimeSpan(start: start, end: start.advanced(bySeconds: 2)), startError: 0, endError: 0,
            isOpen: false,
            score: 0.9, anomalyScore: nil, box: nil, clock: .file)
        try await store.record([EventWrite(event: event, description: nil, idempotencyKey: "\(number)")])
    }

    @Test("answers over a socket, and ends with the daemon while somebody follows the stream")
    func serves() throws {
        let (site, port) = try start()
        #expect(PlainHTTP.get("/healthz", port: port).status == 200)
        #expect(eventually(20) { PlainHTTP.get("/readyz", port: port).status == 200 })
        #expect(PlainHTTP.get("/api/v1/cameras", port: port).text.contains("\"items\":[]"))
        #expect(PlainHTTP.get("/metrics", port: port).text.contains("# TYPE alertd_build_info gauge"))
        // What is written at the start is soon in the database.
        #expect(eventually(20) { PlainHTTP.get("/metrics", port: port).text.contains("alertd_spool_bytes 0") })
        #expect(PlainHTTP.get("/api/v1/configuration", port: port).text.contains("hosts: []"))
        let client = try #require(PlainHTTP(port: port))
        client.send("GET /api/v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
        #expect(client.text(until: "event: ready") != nil)
        let end = try site.stop()
        #expect(end.outcome.status == 0 && end.seconds < 5, "\(end.seconds)\n\(site.log())")
        #expect(!site.log().contains(" error"), "\(site.log())")
    }

    @Test("a client of the stream that is cut a hundred times under load sees every change once")
    func resumed() async throws {
        let (site, port) = try start()
        let store = try await store(site)
        let count = 600
        async let writing: Void = {
            for number in 0..<count { try await record(number, into: store) }
        }()
        var seen: [Int] = []
        var connections = 0
        var last = 0
        let deadline = ContinuousClock.now + .seconds(120)
        while seen.count < 2 * count || connections < 100, ContinuousClock.now < deadline {
            let client = try #require(PlainHTTP(port: port, timeout: 5))
            connections += 1
            client.send(
                "GET /api/v1/stream?after=0 HTTP/1.1\r\nHost: localhost\r\n"
                    + (last > 0 ? "Last-Event-ID: \(last)\r\n" : "") + "\r\n")
            #expect(client.text(until: "event: ready") != nil)
            _ = client.text(until: "\n\n")
            // Cut after a few messages, in the middle of the stream.
            var left = connections < 100 ? Int.random(in: 1...12) : .max
            while left > 0, seen.count < 2 * count, let message = client.text(until: "\n\n") {
                let lines = message.split(separator: "\n")
                guard
                    let id = lines.first(where: { $0.contains("id: ") })?.split(separator: " ").last.flatMap({ Int($0) }
                    )
                else { continue }
                seen.append(id)
                last = id
                left -= 1
            }
            if seen.count == 2 * count, connections < 100 {
                // All were told before the hundredth cut: nothing may come again.
                #expect(last == seen.max())
            }
        }
        try await writing
        await store.close()
        #expect(connections >= 100)
        let told = try site.rows("SELECT count(*) FROM alertd.outbox")
        #expect(told == ["\(seen.count)"])
        #expect(seen == Array(Set(seen)).sorted(), "out of order, lost or twice")
        try site.stop()
    }

    @Test("a token shuts what was open, within a second, and revoking it opens nothing to others")
    func tokens() throws {
        let (site, port) = try start()
        let options = ["--config", site.configuration]
        #expect(PlainHTTP.get("/api/v1/events", port: port).status == 200)
        let made = try AlertdProgram.run(["token", "create", "viewer", "--json"] + options)
        #expect(made.status == 0, "\(made.errors)")
        let line = try #require(
            try JSONSerialization.jsonObject(with: Data(made.output.utf8)) as? [String: Any])
        let token = try #require(line["token"] as? String)
        #expect(eventually(5) { PlainHTTP.get("/api/v1/events", port: port).status == 401 })
        #expect(PlainHTTP.get("/healthz", port: port).status == 200)
        let bearer = "Authorization: Bearer \(token)"
        #expect(PlainHTTP.get("/api/v1/events", port: port, headers: [bearer]).status == 200)
        #expect(
            PlainHTTP.get(
                "/api/v1/queries", port: port, method: "POST", headers: [bearer], body: #"{"name":"a","text":"a car"}"#
            ).status == 403)
        let list = try AlertdProgram.run(["token", "list", "--json"] + options)
        #expect(list.output.contains("viewer") && !list.output.contains(token))
        #expect(try TemporaryPostgres.server().dump(of: try #require(site.database)).contains(token) == false)
        #expect(!site.log().contains(token))
        #expect(try AlertdProgram.run(["token", "revoke", "viewer"] + options).status == 0)
        #expect(try AlertdProgram.run(["token", "revoke", "viewer"] + options).status == 2)
        #expect(eventually(5) { PlainHTTP.get("/api/v1/events", port: port).status == 200 })
        try site.stop()
    }

    @Test("a standing query is added, watched, switched off and removed")
    func queries() throws {
        let (site, port) = try start(
            "queries: { fixed: { text: 'a vehicle' } }")
        let body = #"{"name":"people","text":"a person walks through the yard","alarm_ceiling_per_day":2}"#
        let added = PlainHTTP.get("/api/v1/queries", port: port, method: "POST", body: body)
        #expect(added.status == 201 && added.headers["location"] == "/api/v1/queries/people", "\(added.text)")
        #expect(PlainHTTP.get("/api/v1/queries", port: port, method: "POST", body: body).status == 409)
        #expect(try site.rows("SELECT text FROM alertd.query WHERE name = 'people'").count == 1)
        let off = PlainHTTP.get("/api/v1/queries/people/disable", port: port, method: "POST")
        #expect(off.status == 200 && off.text.contains("\"enabled\":false"), "\(off.text)")
        #expect(PlainHTTP.get("/api/v1/queries/fixed/disable", port: port, method: "POST").status == 409)
        #expect(PlainHTTP.get("/api/v1/queries/people", port: port, method: "DELETE").status == 204)
        #expect(PlainHTTP.get("/api/v1/queries/people", port: port).status == 404)
        let refused = PlainHTTP.get(
            "/api/v1/queries", port: port, method: "POST", body: #"{"name":"x","text":"a car","zone":"fence"}"#)
        #expect(refused.status == 422 && refused.text.contains("\"parameter\":\"zone\""), "\(refused.text)")
        let tested = PlainHTTP.get(
            "/api/v1/queries/test", port: port, method: "POST", body: #"{"text":"a person and a zebra"}"#)
        #expect(tested.status == 200 && tested.text.contains("\"cameras\":[]"), "\(tested.text)")
        let found = PlainHTTP.get("/api/v1/search?q=a%20person", port: port)
        #expect(found.status == 200 && found.text.contains("\"items\":[]"), "\(found.text)")
        try site.stop()
    }

    @Test("malformed, oversized and slow requests are refused or cut")
    func hostile() throws {
        let (site, port) = try start()
        func status(_ text: String) throws -> Int {
            let client = try #require(PlainHTTP(port: port, timeout: 25))
            client.send(text)
            return client.reply().status
        }
        #expect(try status("GET /healthz HTTP/1.1\r\nHost: evil.example.com\r\n\r\n") == 421)
        #expect(try status("GET / HTTP/1.1\r\n\r\n") == 400)
        #expect(try status("BLAH\r\n\r\n") == 400)
        #expect(try status("GET /\(String(repeating: "a", count: 5000)) HTTP/1.1\r\nHost: localhost\r\n\r\n") == 414)
        let large =
            "POST /login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 100000000\r\n\r\n{"
        #expect(try status(large) == 413)
        let huge = String(repeating: "X-Long: \(String(repeating: "a", count: 900))\r\n", count: 40)
        let answer = try status("GET /healthz HTTP/1.1\r\nHost: localhost\r\n\(huge)\r\n")
        #expect(answer == 400 || answer == 431 || answer == 0)
        // A head that never ends.
        let slow = try #require(PlainHTTP(port: port, timeout: 25))
        let begin = ContinuousClock.now
        slow.send("GET /healthz HTTP/1.1\r\nHost: local")
        #expect(slow.reply().status == 0)
        #expect(ContinuousClock.now - begin < .seconds(24), "it was not cut")
        #expect(PlainHTTP.get("/healthz", port: port).status == 200)
        try site.stop()
    }

    @Test("being open to other machines without a token is refused at the start")
    func openWithoutToken() throws {
        let site = try DaemonSite()
        try site.configure([], rest: "http: { listen: '0.0.0.0:0', trusted_proxies: ['10.0.0.0/8'] }")
        try site.start(environment: ["ALERTD_HTTP_LISTEN": "0.0.0.0:0"])
        let end = try site.waitForEnd()
        #expect(end.outcome.status == 78)
        #expect(end.outcome.errors.contains("alertd token create"), "\(end.outcome.errors)")
    }
}
