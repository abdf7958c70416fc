import Base
import Foundation
import Outbound
import Pipeline
import TestSupport
import Testing
import VLM

@Suite("A video-LLM behind an endpoint", .tags(.integration), .timeLimit(.minutes(10)))
struct RemoteNarratorTests {
    private let server: ScriptedServer

    init() throws { server = try ScriptedServer("chat-server.py") }

    private func narrator(
        _ kind: String, key: String = "k3y", timeLimit: Duration = .seconds(20),
        breaker: CircuitBreaker = CircuitBreaker()
    ) throws -> RemoteNarrator {
        var endpoint = endpoint(kind, key: key)
        (endpoint.timeLimit, endpoint.breaker) = (timeLimit, breaker)
        return try RemoteNarrator([endpoint], frameLimit: 3, client: client)
    }

    private func endpoint(_ kind: String, key: String = "k3y", inFlight: Int = 1) -> RemoteNarrator.Endpoint {
        var endpoint = RemoteNarrator.Endpoint(
            name: kind, url: "http://:\(key)@127.0.0.1:\(server.port)/\(kind)/v1")
        endpoint.inFlight = inFlight
        return endpoint
    }

    private func request(_ form: NarrationRequest.Form = .description) -> NarrationRequest {
        let frames = (0..<6).map { number in
            ShownFrame(
                Picture(width: 32, height: 24, pixels: [UInt8](repeating: UInt8(number * 40), count: 32 * 24 * 3)),
                seconds: Double(number))
        }
        return NarrationRequest(frames: frames, duration: 6, question: "Describe what happens.", form: form)
    }

    /// The bodies of the requests so far.
    private var asked: [[String: Any]] {
        server.journal.compactMap { entry in
            (entry["body"] as? String).flatMap {
                try? JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
            }
        }
    }

    private func failure(_ narrator: RemoteNarrator) async throws -> RemoteFailure? {
        do {
            _ = try await narrator.answer(request()) { _ in }
            return nil
        } catch let error as RemoteFailure {
            return error
        }
    }

    @Test("is shown a few JPEG frames with their times, and asked for the form of a description")
    func fine() async throws {
        let narrator = try narrator("fine")
        let narration = try await narrator.answer(request()) { _ in }
        #expect(try EventDescription(parsing: narration.text).description == "A person walks by.")
        #expect(narration.shown == [0, 2, 5] && narration.tokensRead == 100 && narration.tokensWritten == 20)
        #expect(narrator.name == "tiny-vlm")
        let body = try #require(asked.first)
        #expect(body["model"] as? String == "tiny-vlm" && body["response_format"] != nil)
        let message = try #require((body["messages"] as? [[String: Any]])?.first)
        let content = try #require(message["content"] as? [[String: Any]])
        let urls = content.compactMap { ($0["image_url"] as? [String: Any])?["url"] as? String }
        #expect(urls.count == 3)
        for url in urls {
            let data = try #require(Data(base64Encoded: String(url.dropFirst("data:image/jpeg;base64,".count))))
            #expect(data.starts(with: [0xFF, 0xD8, 0xFF]))
        }
        #expect(server.journal.first?["authorization"] as? String == "Bearer k3y")
    }

    @Test("words and fences around an answer are taken off", arguments: ["fenced", "key"])
    func wrapped(kind: String) async throws {
        let narration = try await narrator(kind).answer(request()) { _ in }
        #expect(try EventDescription(parsing: narration.text).people == 1)
    }

    @Test("an endpoint that knows no schema is asked without one, from then on")
    func noSchema() async throws {
        let narrator = try narrator("noschema")
        for _ in 0..<2 { _ = try await narrator.answer(request()) { _ in } }
        #expect(asked.map { $0["response_format"] != nil } == [true, true, false, false])
    }

    @Test(
        "one that knows another way to ask for a form is asked in that way, from then on",
        arguments: ["objects", "errors"])
    func objects(kind: String) async throws {
        let narrator = try narrator(kind)
        for _ in 0..<2 { _ = try await narrator.answer(request()) { _ in } }
        let types = asked.map { ($0["response_format"] as? [String: Any])?["type"] as? String }
        #expect(types == ["json_schema", "json_object", "json_object"])
        #expect((asked.last?["response_format"] as? [String: Any])?["schema"] != nil)
    }

    @Test("an answer of another form is repaired once, and counted")
    func repair() async throws {
        let narration = try await narrator("repair").answer(request()) { _ in }
        #expect(try EventDescription(parsing: narration.text).people == 1)
        #expect(narration.tokensWritten == 40 && asked.count == 2)
        #expect((asked.last?["messages"] as? [Any])?.count == 3)
    }

    @Test(
        "an answer that stays of no use is refused, and the endpoint is not blamed",
        arguments: ["garbage", "level", "odd"])
    func useless(kind: String) async throws {
        let narrator = try narrator(kind)
        for _ in 0..<3 {
            guard case .malformed? = try await failure(narrator) else {
                Issue.record("not malformed")
                return
            }
            #expect(narrator.isAvailable)
        }
    }

    @Test("a free question gets the words as they are")
    func free() async throws {
        #expect(try await narrator("garbage").answer(request(.free)) { _ in }.text == "Somebody walks by, I think.")
        #expect(asked.first?["response_format"] == nil)
    }

    @Test(
        "half an answer, none, one without an end, or a wrong key fail in time",
        arguments: ["half", "slow", "endless", "key"])
    func broken(kind: String) async throws {
        let narrator = try narrator(kind, key: "wr0ng", timeLimit: .seconds(2))
        let failure = try #require(try await failure(narrator))
        switch (kind, failure) {
        case ("half", .unavailable), ("slow", .unavailable), ("endless", .refused), ("key", .unavailable): break
        default: Issue.record("\(kind): \(failure)")
        }
        #expect(!"\(failure)".contains("wr0ng"))
    }

    @Test("one that is too busy is left alone for as long as it asks")
    func busy() async throws {
        let narrator = try narrator("busy")
        guard case .unavailable(_, .seconds(1))? = try await failure(narrator) else {
            Issue.record("not unavailable")
            return
        }
        #expect(!narrator.isAvailable)
        _ = try await failure(narrator)
        #expect(asked.count == 1)
    }

    @Test("one that failed is tried by a real request, and taken back when that succeeds")
    func recovery() async throws {
        let breaker = CircuitBreaker(failureLimit: 1, shortest: .milliseconds(50), longest: .milliseconds(50))
        let narrator = try narrator("flaky", breaker: breaker)
        for _ in 0..<2 {
            #expect(try await failure(narrator) != nil)
            while !narrator.isAvailable { try await ContinuousClock().sleep(for: .milliseconds(5)) }
        }
        _ = try await narrator.answer(request()) { _ in }
        #expect(narrator.isAvailable && asked.count == 3)
    }

    @Test("one that is gone is unavailable, and the answer that was asked for can be cancelled")
    func gone() async throws {
        let slow = try narrator("slow")
        let request = request()
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                do {
                    _ = try await slow.answer(request) { _ in }
                    return false
                } catch is CancellationError {
                    return true
                }
            }
            while server.journal.isEmpty { try await ContinuousClock().sleep(for: .milliseconds(10)) }
            group.cancelAll()
            #expect(try await group.next() == true)
        }
        #expect(slow.isAvailable)
        let narrator = try narrator("fine")
        server.kill()
        guard case .unavailable? = try await failure(narrator) else {
            Issue.record("not unavailable")
            return
        }
        #expect(throws: RemoteFailure.self) {
            try RemoteNarrator([.init(name: "wrong", url: "nonsense")], client: client)
        }
        #expect(throws: RemoteFailure.self) { try RemoteNarrator([], client: client) }
    }

    /// The paths that questions went to so far.
    private var paths: [String] {
        server.journal.compactMap { ($0["path"] as? String)?.split(separator: "/").first.map(String.init) }
    }

    @Test(
        "of several, the next is asked when one fails, and the answer says who wrote it",
        arguments: ["busy", "half", "garbage", "odd", "key"])
    func failover(kind: String) async throws {
        var first = endpoint(kind, key: "wr0ng")
        first.model = "first-model"
        var second = endpoint("fine")
        second.model = "second-model"
        let narrator = try RemoteNarrator([first, second], client: client)
        let narration = try await narrator.answer(request()) { _ in }
        #expect(narration.model == "second-model" && narrator.name == "first-model")
        #expect(paths.first == kind && paths.last == "fine")
        #expect(narrator.isAvailable)
    }

    @Test("one that is left alone costs the others nothing, and each has a breaker of its own")
    func ownBreakers() async throws {
        var first = endpoint("slow")
        first.timeLimit = .milliseconds(300)
        first.breaker = CircuitBreaker(failureLimit: 1, shortest: .seconds(300))
        let narrator = try RemoteNarrator([first, endpoint("fine")], client: client)
        for _ in 0..<4 { _ = try await narrator.answer(request()) { _ in } }
        #expect(paths == ["slow", "fine", "fine", "fine", "fine"])
    }

    @Test("what all of them say is told together; when one of them may answer later, so may all")
    func allFail() async throws {
        func failure(_ kinds: [String]) async throws -> RemoteFailure? {
            try await self.failure(try RemoteNarrator(kinds.map { endpoint($0) }, client: client))
        }
        guard case .unavailable(let why, _)? = try await failure(["garbage", "busy"]) else {
            Issue.record("not unavailable")
            return
        }
        #expect(why.contains("garbage: ") && why.contains("busy: ") && why.contains("429"))
        guard case .malformed? = try await failure(["garbage", "odd"]) else {
            Issue.record("not malformed")
            return
        }
    }

    @Test("no endpoint is sent more at a time than it may, and what it has no room for goes to the next")
    func inFlight() async throws {
        let narrator = try RemoteNarrator([endpoint("gate", inFlight: 2), endpoint("fine")], client: client)
        #expect(narrator.width == 3)
        let request = request()
        let answered = try await withThrowingTaskGroup(of: String.self) { group in
            for _ in 0..<2 { group.addTask { try await narrator.answer(request) { _ in }.text } }
            while paths.count(where: { $0 == "gate" }) < 2 { try await ContinuousClock().sleep(for: .milliseconds(5)) }
            #expect(narrator.isAvailable)
            for _ in 0..<3 { _ = try await narrator.answer(request) { _ in } }
            #expect(paths.count(where: { $0 == "gate" }) == 2 && paths.count(where: { $0 == "fine" }) == 3)
            try server.open()
            return try await group.reduce(into: 0) { count, _ in count += 1 }
        }
        #expect(answered == 2)
    }

    @Test("health is what a real question says")
    func health() async throws {
        let narrator = try RemoteNarrator([endpoint("fine"), endpoint("key", key: "wr0ng")], client: client)
        let found = await narrator.health()
        #expect(found.map(\.name) == ["fine", "key"] && found.first?.model == "tiny-vlm")
        #expect(found.first?.failure == nil)
        guard case .unavailable(let why, _)? = found.last?.failure else {
            Issue.record("not unavailable")
            return
        }
        #expect(why.contains("401") && !why.contains("wr0ng"))
        #expect(narrator.isAvailable)
    }

    private var client: OutboundClient { OutboundClient(NetworkSettings(environment: [:])) }
}

@Suite("When an endpoint is left alone", .timeLimit(.minutes(10)))
struct CircuitBreakerTests {
    private let begin = ContinuousClock.now

    @Test("after failures in a row it opens, longer each time; one request tries it")
    func course() {
        var breaker = CircuitBreaker(failureLimit: 2, shortest: .seconds(5), longest: .seconds(12))
        var begun = breaker.begin(at: begin)
        breaker.fail(at: begin)
        #expect(begun && breaker.state == .closed)
        begun = breaker.begin(at: begin)
        breaker.fail(at: begin)
        #expect(begun && !breaker.allows(at: begin + .seconds(4)) && breaker.allows(at: begin + .seconds(5)))
        var now = begin
        for wait in [10, 12, 12] {
            now += .seconds(20)
            let (first, second) = (breaker.begin(at: now), breaker.begin(at: now))
            breaker.fail(at: now)
            #expect(first && !second && breaker.state == .open(until: now + .seconds(wait)))
        }
        now += .seconds(20)
        begun = breaker.begin(at: now)
        breaker.succeed()
        #expect(begun && breaker.state == .closed)
        breaker.fail(at: now)
        #expect(breaker.allows(at: now))
    }

    @Test("what it asks for is waited; a request that was given up leaves it as it was")
    func asked() {
        var breaker = CircuitBreaker(failureLimit: 3)
        breaker.fail(at: begin, asked: .seconds(60))
        #expect(!breaker.allows(at: begin + .seconds(59)))
        let first = breaker.begin(at: begin + .seconds(60))
        breaker.abandon(at: begin + .seconds(61))
        let second = breaker.begin(at: begin + .seconds(61))
        #expect(first && second)
    }
}
