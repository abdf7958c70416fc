import Base
import Foundation
import Glibc
import TestSupport
import Testing

@Suite("What one node asks of another", .tags(.integration), .timeLimit(.minutes(6)))
struct NodeReachTests {
    private static let car = "a car drives through the yard"

    @Test("names the node that has the footage, erases what another watched, and SQL is warned of one that is missing")
    func reach() async throws {
        let server = try RTSPServer(clip: Fixtures.root.appending(path: "share/demo/yard.mp4").path)
        let site = try NodeSite(
            ["a", "b"], cameras: 2, lease: 4, address: server.url(),
            queries: "queries: { car: { text: \"\(Self.car)\" } }", more: "clips: { pre_seconds: 1, post_seconds: 1 }")
        let (a, b) = (try site.node("a"), try site.node("b"))
        try a.start()
        try b.start()
        try site.waitForShares("a 1, b 1")
        let theirs = try #require(
            try site.rows("SELECT camera FROM alertd.v_leases WHERE held AND node = 'b'").first)
        let event = try waitForRecordedEvent(of: theirs, site)

        let clip = "/api/v1/events/\(event.id)/clip.mp4"
        let elsewhere = PlainHTTP.get(clip, port: a.port)
        #expect(elsewhere.status == 404 && elsewhere.text.contains("is on node b; ask that one"), "\(elsewhere.text)")
        #expect(PlainHTTP.get(clip, port: b.port).status == 200)

        #expect(try found(of: theirs, until: event.end, by: a) > 0)
        let erased = try AlertdProgram.run([
            "erase", "--camera", theirs, "--from", "2000-01-01T00:00:00Z", "--to", "\(event.end)", "--config",
            a.site.configuration,
        ])
        #expect(erased.status == 0, "\(erased.errors)")
        #expect(try await isEmptied(theirs, until: event.end, b), "node b keeps what node a was told to erase")
        #expect(try found(of: theirs, until: event.end, by: b) == 0)

        let question = "SELECT count(*) FROM alertd.search('\(Self.car)')"
        let whole = try TemporaryPostgres.server().psql(question, on: site.database)
        #expect(!whole.contains("WARNING"), "\(whole)")
        // One that hangs is not waited for longer than a statement waits, whatever the configuration says.
        b.site.signal(SIGSTOP)
        try expectPartial(question, site)
        b.site.signal(SIGKILL)
        _ = try b.site.waitForEnd()
        try expectPartial(question, site)
        #expect(try a.site.stop().outcome.status == 0)
    }

    private func expectPartial(_ question: String, _ site: NodeSite) throws {
        let partial = try TemporaryPostgres.server().psql(question, on: site.database)
        #expect(
            partial.contains("WARNING:  partial: b did not answer, what they watched is missing"), "\(partial)")
    }

    /// The first event of a camera that is over and whose footage is complete.
    private func waitForRecordedEvent(of camera: String, _ site: NodeSite) throws -> (id: String, end: WallTime) {
        let sql = """
            SELECT e.id, (extract(epoch FROM e.ended_at) * 1000000)::bigint FROM alertd.v_events e
            WHERE e.camera = '\(camera)' AND e.query = 'car' AND NOT e.open
              AND EXISTS (SELECT FROM alertd.footage f JOIN alertd.camera c ON c.id = f.camera_id
                          WHERE c.name = e.camera AND f.kind = 'segment' AND upper(f.during) >= e.ended_at + interval '1 s')
            ORDER BY e.id LIMIT 1
            """
        #expect(eventually(90) { (try? site.rows(sql))?.isEmpty == false }, "no event of \(camera) was recorded")
        let fields = try #require(try site.rows(sql).first).split(separator: "|")
        return (String(fields[0]), WallTime(microseconds: try #require(Int64(fields[1]))))
    }

    /// How many answers of that camera a search through `node` has before `end`.
    private func found(of camera: String, until end: WallTime, by node: NodeSite.Node) throws -> Int {
        let outcome = try AlertdProgram.run([
            "search", Self.car, "--camera", camera, "--until", "\(end)", "--json", "--config", node.site.configuration,
        ])
        #expect([0, 1].contains(outcome.status) && !outcome.errors.contains("partial"), "\(outcome.errors)")
        return outcome.lines.count
    }

    /// Whether the files of `node` soon hold no encoding of the camera before `end`.
    private func isEmptied(_ camera: String, until end: WallTime, _ node: NodeSite.Node) async throws -> Bool {
        let deadline = ContinuousClock.now + .seconds(20)
        while ContinuousClock.now < deadline {
            let frames = try await DurabilityLedger.frames(of: camera, in: node.site.state)
            if !frames.isEmpty, frames.allSatisfy({ $0 > end }) { return true }
            try await Task.sleep(for: .milliseconds(500))
        }
        return false
    }
}
