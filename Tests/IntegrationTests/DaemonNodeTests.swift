import Base
import Foundation
import Glibc
import TestSupport
import Testing

@Suite("Two daemons, one database", .tags(.integration), .timeLimit(.minutes(6)), .serialized)
struct DaemonNodeTests {
    private static let clip = Fixtures.root.appending(path: "share/demo/yard.mp4").path
    private static let car = "a car drives through the yard"

    private struct Found: Decodable {
        let camera: String
        let partial: [String]?
    }

    private struct Coverage: Decodable {
        let camera: String
        let state: String
        let reason: String?
    }

    private func site(_ server: RTSPServer) throws -> NodeSite {
        try NodeSite(
            ["a", "b"], cameras: 4, lease: 4, address: server.url(),
            queries: "queries: { car: { text: \"\(Self.car)\" } }")
    }

    private func search(_ node: NodeSite.Node) throws -> (found: [Found], errors: String) {
        let outcome = try AlertdProgram.run([
            "search", Self.car, "--json", "--limit", "100", "--config", node.site.configuration,
        ])
        #expect([0, 1].contains(outcome.status), "\(outcome.errors)")
        return (
            try outcome.lines.map { try JSONDecoder().decode(Found.self, from: Data($0.utf8)) }, outcome.errors
        )
    }

    private func held(by node: String, _ site: NodeSite) throws -> [String] {
        try site.rows("SELECT camera FROM alertd.v_leases WHERE held AND node = '\(node)' ORDER BY camera")
    }

    @Test("they share the cameras and what they have seen; one that is killed is replaced within 15 s, and comes back")
    func life() throws {
        let server = try RTSPServer(clip: Self.clip)
        let site = try site(server)
        let (a, b) = (try site.node("a"), try site.node("b"))
        try a.start()
        try b.start()
        try site.waitForShares("a 2, b 2")
        // The car of the clip has gone by.
        #expect(
            eventually(40) { (try? site.rows("SELECT count(*) FROM alertd.v_events WHERE query = 'car'")) == ["4"] })
        let whole = try search(a)
        #expect(Set(whole.found.map(\.camera)) == Set(site.cameras), "\(whole)")
        #expect(whole.found.allSatisfy { $0.partial == nil })
        let asked = PlainHTTP.get("/api/v1/search?q=a%20car%20drives%20through%20the%20yard", port: b.port)
        #expect(asked.status == 200 && asked.text.contains("\"partial\":[]"), "\(asked.text)")
        #expect(PlainHTTP.get("/metrics", port: a.port).text.contains("alertd_cluster_nodes 2"))

        let orphans = try held(by: "b", site)
        let killed = WallTime(Date())
        b.site.signal(SIGKILL)
        _ = try b.site.waitForEnd()
        let again = try site.seenAgain(orphans, after: killed.advanced(bySeconds: 1), limit: 20)
        print("cameras of a killed node are seen again after \(again.mapValues { ($0 + 1).rounded() })")
        #expect(again.values.allSatisfy { $0 < 14 }, "\(again)")
        #expect(try site.shares() == "a 4")
        let partial = try search(a)
        #expect(partial.found.allSatisfy { $0.partial == ["b"] } && partial.errors.contains("partial: b"), "\(partial)")
        let asked2 = PlainHTTP.get("/api/v1/search?q=a%20car%20drives%20through%20the%20yard", port: a.port)
        #expect(asked2.text.contains("\"partial\":[\"b\"]"), "\(asked2.text)")
        // The ledger shows the gap.
        let coverage = try AlertdProgram.run(["coverage", "--json", "--config", a.site.configuration])
        let lines = try coverage.lines.map { try JSONDecoder().decode(Coverage.self, from: Data($0.utf8)) }
        for camera in orphans { #expect(lines.contains { $0.camera == camera && $0.state == "blind" }, "\(lines)") }

        try b.start()
        try site.waitForShares("a 2, b 2")
        // Who ends in order is replaced at once.
        let (outcome, _) = try b.site.stop()
        let stopped = ContinuousClock.now
        #expect(outcome.status == 0, "\(outcome.errors)")
        try site.waitForShares("a 4", seconds: 5)
        let took = (ContinuousClock.now - stopped) / .seconds(1)
        #expect(took < 3, "\(took) s")
        print("cameras of a node that ended in order were taken after \((took * 10).rounded() / 10) s")
        #expect(try a.site.stop().outcome.status == 0)
        #expect(try site.rows("SELECT count(*) FROM alertd.v_events WHERE open") == ["0"])
    }

    @Test(
        "a node without the database watches on, and what it saw arrives; another file is named, and so is it by doctor"
    )
    func partition() throws {
        let server = try RTSPServer(clip: Self.clip)
        let site = try site(server)
        let (a, b) = (try site.node("a"), try site.node("b"))
        // b knows one camera more.
        try b.configure(
            (site.cameras + ["extra"]).map { ($0, server.url()) }, lease: 4,
            queries: "queries: { car: { text: \"\(Self.car)\" } }")
        try a.start()
        try b.start()
        // Fairly shared: a has four of the five, b the one that only it has, and two more.
        try site.waitForShares("a 2, b 3")
        try a.site.waitForLog("the configuration of b has other cameras or queries")
        try b.site.waitForLog("the configuration of a has other cameras or queries")
        #expect(!(try held(by: "a", site)).contains("extra"))
        let doctor = try AlertdProgram.run(["doctor", "--skip-cameras", "--config", a.site.configuration])
        #expect(doctor.output.contains("FAIL cluster configuration: b"), "\(doctor.output)")
        #expect(doctor.output.contains("ok   cluster nodes: a, b run"), "\(doctor.output)")

        for camera in site.cameras {
            #expect(eventually(20) { (try? site.watched(camera).isEmpty) == false }, "\(camera) was never watched")
        }
        let mine = try held(by: "a", site)
        let cut = WallTime(Date())
        try a.proxy.set(.cut)
        try a.site.waitForLog("leases cannot be renewed, 2 cameras are watched on")
        try site.waitForShares("b 5")
        pass(3)
        try a.proxy.set(.open)
        for camera in mine { try a.site.waitForLog("camera \(camera): another node may watch it now") }
        // Both watched meanwhile, so the ledger has no hole.
        #expect(
            eventually(20) {
                mine.allSatisfy { camera in
                    guard let spans = try? site.watched(camera) else { return false }
                    let since = cut.advanced(bySeconds: -1)
                    return spans.contains { $0.start < since && $0.end > cut.advanced(bySeconds: 5) }
                }
            }, "\(mine.map { (try? site.watched($0)) ?? [] }), cut at \(cut)")
        for node in [a, b] { #expect(try node.site.stop().outcome.status == 0) }
        #expect(try site.rows("SELECT count(*) FROM alertd.v_events WHERE open") == ["0"])
    }
}
