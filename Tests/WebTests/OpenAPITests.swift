import Foundation
import TestSupport
import Testing
import Web

@Suite("The API's description", .tags(.integration), .timeLimit(.minutes(5)))
struct OpenAPITests {
    private func document(_ site: WebSite) async throws -> [String: Any] {
        try await site.get("/openapi.json").object()
    }

    @Test("lists every operation with its parameters, and no other")
    func complete() async throws {
        let site = try await WebSite()
        let paths = try #require(try await document(site)["paths"] as? [String: [String: [String: Any]]])
        let shared = try #require(
            (try await document(site)["components"] as? [String: Any])?["parameters"] as? [String: [String: Any]])
        var described: [String: Set<String>] = [:]
        for (path, methods) in paths {
            for (method, operation) in methods {
                let parameters = (operation["parameters"] as? [[String: Any]] ?? []).compactMap { one in
                    (one["$ref"] as? String).flatMap { $0.split(separator: "/").last }.flatMap { shared[String($0)] }
                        ?? one
                }
                let names = parameters.filter { $0["in"] as? String == "query" }.compactMap { $0["name"] as? String }
                described["\(method.uppercased()) \(path)"] = Set(names)
            }
        }
        // The page's files are no operations.
        let served = site.responder.operations.filter { !$0.key.hasPrefix("GET /page/") }
        #expect(Set(described.keys) == Set(served.keys))
        for (operation, parameters) in served { #expect(described[operation] == parameters, "\(operation)") }
    }

    @Test("has the program's version, and the page made from it is up to date")
    func page() async throws {
        let site = try await WebSite()
        #expect((try await document(site)["info"] as? [String: Any])?["version"] as? String == "9.9.9")
        let check = Process()
        check.executableURL = Fixtures.root.appending(path: "scripts/api-reference")
        check.arguments = ["--check"]
        try check.run()
        check.waitUntilExit()
        #expect(check.terminationStatus == 0)
    }

    @Test("an event has exactly the keys that are described")
    func keys() async throws {
        let site = try await WebSite()
        let id = try await site.event(0, 5)
        let schemas = try #require(
            (try await document(site)["components"] as? [String: Any])?["schemas"] as? [String: [String: Any]])
        let event = try #require(schemas["Event"]?["properties"] as? [String: Any])
        let listed = try #require(try await site.get("/api/v1/events").items().first)
        #expect(Set(listed.keys) == Set(event.keys))
        let detail = try #require(
            (schemas["EventDetail"]?["allOf"] as? [[String: Any]])?.last?["properties"] as? [String: Any])
        let shown = try await site.get("/api/v1/events/\(id)").object()
        #expect(Set(shown.keys) == Set(event.keys).union(detail.keys))
        let camera = try #require(schemas["Camera"]?["properties"] as? [String: Any])
        let first = try #require(try await site.get("/api/v1/cameras").items().first)
        #expect(Set(first.keys) == Set(camera.keys))
    }
}
