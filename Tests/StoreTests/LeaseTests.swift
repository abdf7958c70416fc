import Base
import Foundation
import Store
import TestSupport
import Testing

/// Nodes of one database, each with connections of its own.
struct LeaseSite {
    let store: EventStore
    let url: String

    init() async throws { (store, url) = try await makeStore() }

    /// The store of the node called `name`.
    func node(_ name: String) async throws -> EventStore {
        try await EventStore.connect(.url(url), node: name, logger: quiet)
    }

    /// What the node called `name` asks first.
    func request(
        _ name: String, _ cameras: [String] = ["c1", "c2", "c3", "c4"], seconds: Double = 2, machine: String? = nil,
        file: String = "file"
    ) throws -> LeaseRequest {
        LeaseRequest(
            node: name, machine: machine ?? "machine of \(name)", address: "http://127.0.0.1/\(name)",
            length: .milliseconds(Int(seconds * 1000)), cameras: try cameras.map { try camera($0) }, file: file)
    }

    /// Asks until a second has passed since the node joined: until then it leaves others the time to come.
    func settled(_ leases: CameraLeases, _ request: LeaseRequest) async throws -> LeaseAnswer {
        var answer = try await leases.ask(request)
        while let again = answer.nextExpiry, answer.held.isEmpty, again.seconds(since: answer.time) <= 1 {
            try await ContinuousClock().sleep(for: .milliseconds(50))
            answer = try await leases.ask(request)
        }
        return answer
    }

    /// One value, as psql prints it.
    func value(_ sql: String) throws -> String {
        try TemporaryPostgres.server().psql(sql, on: url).trimmingCharacters(in: .whitespacesAndNewlines)
    }
}

extension LeaseRequest {
    /// The request that renews what `answer` gave.
    func renewing(_ answer: LeaseAnswer) -> LeaseRequest {
        var next = self
        next.held = answer.held
        return next
    }
}

@Suite("Leases of cameras", .tags(.integration), .timeLimit(.minutes(5)))
struct LeaseTests {
    @Test("a camera has one holder; another gets it when the lease has run out, and the first learns that it is lost")
    func expiry() async throws {
        let site = try await LeaseSite()
        let (a, b) = (try await site.node("a"), try await site.node("b"))
        let (first, second) = (a.cameraLeases(), b.cameraLeases())
        let (asA, asB) = (try site.request("a", ["gate"]), try site.request("b", ["gate"]))
        let held = try await site.settled(first, asA)
        #expect(held.held == [try camera("gate"): 1] && held.nodes == 1)
        let refused = try await second.ask(asB)
        #expect(refused.held.isEmpty && refused.nodes == 2)
        // Renewed, it outlasts its first length.
        for _ in 0..<4 {
            try await ContinuousClock().sleep(for: .milliseconds(700))
            #expect(try await first.ask(asA.renewing(held)).held.count == 1)
            #expect(try await second.ask(asB).held.isEmpty)
        }
        let begin = ContinuousClock.now
        var taken = try await second.ask(asB)
        while taken.held.isEmpty, ContinuousClock.now - begin < .seconds(10) {
            try await ContinuousClock().sleep(for: .milliseconds(50))
            taken = try await second.ask(asB)
        }
        #expect(taken.held == [try camera("gate"): 2])
        #expect(ContinuousClock.now - begin < .seconds(4), "\(ContinuousClock.now - begin)")
        let late = try await first.ask(asA.renewing(held))
        #expect(late.held.isEmpty, "\(late)")
        for store in [site.store, a, b] { await store.close() }
    }

    @Test("what has run out and nobody has taken is renewed with its token, so a late holder loses nothing")
    func lateRenewal() async throws {
        let site = try await LeaseSite()
        let leases = site.store.cameraLeases()
        let request = try site.request("a", ["gate"], seconds: 0.5)
        let held = try await site.settled(leases, request)
        try await ContinuousClock().sleep(for: .seconds(1))
        #expect(try site.value("SELECT held FROM alertd.v_leases") == "f")
        #expect(try await leases.ask(request.renewing(held)).held == held.held)
        #expect(try site.value("SELECT held FROM alertd.v_leases") == "t")
        await site.store.close()
    }

    @Test("two rounds at once: the second waits for the first's commit, and takes nothing that the first has taken")
    func interleaved() async throws {
        let site = try await LeaseSite()
        let sql = """
            SELECT count(camera)::bigint AS held FROM alertd.lease_round(
                $1, $1, NULL, '{c1,c2,c3}', '', 60, '{}', '{}', '{}', false)
            """
        let one = DatabaseConnection(address: try DatabaseAddress(site.url))
        let other = DatabaseConnection(address: try DatabaseAddress(site.url))
        func round(_ connection: DatabaseConnection, _ name: String) async throws -> Int64 {
            try await connection.run("ask") { session throws(StoreError) in
                try session.query("ask", sql, [.text(name)]).only().integer("held")
            }
        }
        // Both have been there for a while.
        for (connection, name) in [(one, "a"), (other, "b")] { _ = try await round(connection, name) }
        try await ContinuousClock().sleep(for: .milliseconds(1100))
        try await one.run("begin") { session throws(StoreError) in try session.script("begin", "BEGIN") }
        #expect(try await round(one, "a") == 2)
        async let waiting = round(other, "b")
        try await ContinuousClock().sleep(for: .milliseconds(300))
        #expect(try site.value("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted") == "1")
        try await one.run("commit") { session throws(StoreError) in try session.script("commit", "COMMIT") }
        #expect(try await waiting == 1)
        #expect(try site.value("SELECT count(*), count(DISTINCT camera) FROM alertd.v_leases WHERE held") == "3|3")
        await site.store.close()
    }

    @Test("nodes that start together share fairly; when one dies the others take what it had, and give it back")
    func shares() async throws {
        let site = try await LeaseSite()
        let cameras = (1...12).map { "c\($0)" }
        let names = ["a", "b", "c"]
        var lines: [String: (leases: CameraLeases, request: LeaseRequest)] = [:]
        for name in names {
            lines[name] = (try await site.node(name).cameraLeases(), try site.request(name, cameras, seconds: 1.5))
        }
        var released: [String: Set<CameraID>] = [:]
        func pass(_ alive: [String], seconds: Double) async throws {
            let end = ContinuousClock.now + .milliseconds(Int(seconds * 1000))
            while ContinuousClock.now < end {
                for name in alive {
                    let line = try #require(lines[name])
                    var request = line.request
                    request.released = released[name] ?? []
                    let answer = try await line.leases.ask(request)
                    released[name] = answer.surplus
                    lines[name] = (line.leases, request.renewing(answer))
                }
                try await ContinuousClock().sleep(for: .milliseconds(150))
            }
        }
        let counts =
            "SELECT string_agg(n || '', ' ' ORDER BY node) FROM (SELECT node, count(*) AS n FROM "
            + "alertd.v_leases WHERE held GROUP BY node) AS x"
        try await pass(names, seconds: 1.6)
        #expect(try site.value(counts) == "4 4 4")
        #expect(try site.value("SELECT max(token) FROM alertd.v_leases") == "1")
        try await pass(["a", "b"], seconds: 2)
        #expect(try site.value(counts) == "6 6")
        lines["c"]?.request.held = [:]
        try await pass(names, seconds: 3)
        #expect(try site.value(counts) == "4 4 4")
        // Nothing moves without a reason.
        let tokens = try site.value("SELECT sum(token) FROM alertd.v_leases WHERE held")
        try await pass(names, seconds: 1)
        #expect(try site.value("SELECT sum(token) FROM alertd.v_leases WHERE held") == tokens)
        await site.store.close()
    }

    @Test("a node gets only cameras that it has, and those with other files are named")
    func otherFile() async throws {
        let site = try await LeaseSite()
        let (first, second) = (try await site.node("a").cameraLeases(), try await site.node("b").cameraLeases())
        let asA = try site.request("a", ["gate", "yard"], seconds: 60)
        let asB = try site.request("b", ["yard", "door"], seconds: 60, file: "another")
        _ = try await first.ask(asA)
        _ = try await second.ask(asB)
        try await ContinuousClock().sleep(for: .milliseconds(1100))
        let (heldByB, heldByA) = (try await second.ask(asB), try await first.ask(asA))
        #expect(Set(heldByB.held.keys.map(\.name)) == ["door", "yard"])
        #expect(heldByA.held.keys.map(\.name) == ["gate"])
        #expect(heldByA.disagreeing == "b" && heldByB.disagreeing == "a")
        let standing = try await site.store.clusterStanding(file: "file")
        #expect(standing.alive == ["a", "b"] && standing.disagreeing == ["b"] && standing.unheld.isEmpty)
        await site.store.close()
    }

    @Test("two machines of one name: the second is refused as long as the first lives, and takes over when it does not")
    func sameName() async throws {
        let site = try await LeaseSite()
        let leases = site.store.cameraLeases()
        let request = try site.request("a", ["gate"], seconds: 1.5)
        let held = try await site.settled(leases, request)
        let intruder = try site.request("a", ["gate"], seconds: 1.5, machine: "another")
        let refused = try await leases.ask(intruder)
        #expect(refused.problem?.contains("another machine is called a") == true && refused.held.isEmpty)
        #expect(try await leases.ask(request.renewing(held)).held.count == 1)
        try await ContinuousClock().sleep(for: .milliseconds(1600))
        #expect(try await leases.ask(intruder).problem == nil)
        await site.store.close()
    }

    @Test("the same machine after a kill takes what it had at once, under a new token")
    func restart() async throws {
        let site = try await LeaseSite()
        let leases = site.store.cameraLeases()
        let request = try site.request("a", seconds: 60)
        _ = try await site.settled(leases, request)
        let again = try await leases.ask(request)
        #expect(again.held.count == 4 && again.held.values.allSatisfy { $0 == 2 })
        await site.store.close()
    }

    @Test("who lets go, or leaves, is heard by the others at once")
    func release() async throws {
        let site = try await LeaseSite()
        let (first, second) = (try await site.node("a").cameraLeases(), try await site.node("b").cameraLeases())
        var asA = try site.request("a", ["gate"], seconds: 60)
        let asB = try site.request("b", ["gate"], seconds: 60)
        asA = asA.renewing(try await site.settled(first, asA))
        _ = try await second.ask(asB)
        try await ContinuousClock().sleep(for: .milliseconds(1100))
        async let heard = second.waitForRelease(atMost: .seconds(20))
        try await ContinuousClock().sleep(for: .milliseconds(200))
        let begin = ContinuousClock.now
        asA.isLeaving = true
        #expect(try await first.ask(asA).held.isEmpty)
        #expect(try await heard)
        #expect(try await second.ask(asB).held == [try camera("gate"): 2])
        #expect(ContinuousClock.now - begin < .seconds(2))
        #expect(try site.value("SELECT alive FROM alertd.v_nodes WHERE name = 'a'") == "f")
        await site.store.close()
    }

    @Test("the database itself refuses a second holder of the same time")
    func constraint() async throws {
        let site = try await LeaseSite()
        _ = try await site.settled(site.store.cameraLeases(), try site.request("a", ["gate"], seconds: 60))
        #expect(throws: TemporaryPostgres.Failure.self) {
            try site.value(
                "INSERT INTO alertd.camera_lease SELECT camera_id, 2, 'b', held, false FROM alertd.camera_lease")
        }
        await site.store.close()
    }

    @Test("a node that hangs inside a transaction keeps the others from writing for seconds, not for ever")
    func hanging() async throws {
        let site = try await LeaseSite()
        let stuck = DatabaseConnection(address: try DatabaseAddress(site.url, node: "a"))
        try await stuck.run("hang") { session throws(StoreError) in
            try session.script("hang", "BEGIN; SELECT alertd.writer_lock()")
        }
        let begin = ContinuousClock.now
        try await site.store.record([write(event(0, 1), key: "a")])
        #expect(ContinuousClock.now - begin < .seconds(15) && ContinuousClock.now - begin > .seconds(2))
        await site.store.close()
    }
}
