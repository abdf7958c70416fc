import HTTPTypes
import TestSupport
import Testing

@Suite("Ranges", .tags(.integration), .timeLimit(.minutes(5)))
struct RangeTests {
    @Test(
        "a part of a file is given as asked",
        arguments: [
            ("bytes=0-2", 206, "let", "bytes 0-2/9"), ("bytes=4-", 206, "a = 1", "bytes 4-8/9"),
            ("bytes=-1", 206, "1", "bytes 8-8/9"), ("bytes=-100", 206, "let a = 1", "bytes 0-8/9"),
            ("bytes=8-99999999999", 206, "1", "bytes 8-8/9"), ("bytes=0-0", 206, "l", "bytes 0-0/9"),
        ])
    func parts(range: String, status: Int, body: String, content: String) async throws {
        let reply = try await WebSite().get("/page/js/main.js", headers: [.range: range])
        #expect(reply.status == status && reply.text == body)
        #expect(reply.headers[.contentRange] == content)
        #expect(reply.headers[.contentLength] == "\(body.utf8.count)")
        #expect(reply.headers[.acceptRanges] == "bytes")
    }

    @Test(
        "what is no single range is ignored, what lies outside is refused",
        arguments: [
            ("bytes=0-1,3-4", 200), ("bytes=x", 200), ("bytes=2-1", 200), ("lines=0-1", 200), ("bytes=--1", 200),
            ("bytes=9-", 416), ("bytes=100-200", 416), ("bytes=-0", 416),
        ])
    func others(range: String, status: Int) async throws {
        let reply = try await WebSite().get("/page/js/main.js", headers: [.range: range])
        #expect(reply.status == status, "\(range)")
        if status == 416 { #expect(reply.headers[.contentRange] == "bytes */9") }
    }

    @Test("a part is given only of the version that the client has")
    func condition() async throws {
        let site = try await WebSite()
        let tag = try #require(try await site.get("/page/js/main.js").headers[.eTag])
        let same = try await site.get("/page/js/main.js", headers: [.range: "bytes=0-2", .ifRange: tag])
        let other = try await site.get("/page/js/main.js", headers: [.range: "bytes=0-2", .ifRange: "\"x\""])
        #expect(same.status == 206 && other.status == 200)
    }
}
