import Foundation
import TestSupport
import Testing

@Suite("alertd run and what people say of its events", .tags(.integration), .timeLimit(.minutes(6)))
struct DaemonCalibrationTests {
    private struct Listed: Decodable {
        struct Level: Decodable {
            let basis: String
            let raisedBy: Double

            enum CodingKeys: String, CodingKey {
                case basis
                case raisedBy = "raised_by"
            }
        }
        let id: Int64
        let query: String?
        let open: Bool
        let level: Level?
    }

    /// Fourteen seconds, a car in each of them, over and over.
    private static let source = ["-t", "14", "-i", Fixtures.root.appending(path: "share/demo/yard.mp4").path]
    private static let lap = 14.0

    private func events(_ site: DaemonSite) throws -> [Listed] {
        let outcome = try AlertdProgram.run([
            "events", "list", "--kind", "query", "--limit", "100", "--json", "--config", site.configuration,
        ])
        #expect(outcome.status == 0, "\(outcome.errors)")
        return try outcome.lines.map { try JSONDecoder().decode(Listed.self, from: Data($0.utf8)) }
    }

    @Test("an event that was nothing raises its query's level on that camera, and the level outlives the daemon")
    func verdict() throws {
        let folder = try ScratchFolder()
        let clip = try CodedClip("yard", in: folder, from: Self.source, size: "640x360", group: 12)
        let cameras = try HostileCameras()
        let port = try cameras.open("yard", clips: ["main": clip])
        let site = try DaemonSite()
        // Less than one a day: the first that is rejected counts. The other query asks for the same, and nobody complains.
        try site.configure(
            [("yard", "rtsp://127.0.0.1:\(port)/yard")], more: "retention: { clips_gib: 0 }",
            rest: """
                queries:
                  rejected: { text: "a car drives through the yard", alarm_ceiling_per_day: 0.5 }
                  kept: { text: "a car drives through the yard", alarm_ceiling_per_day: 1 }
                """)
        try site.start()
        try site.waitForRow(
            "SELECT count(DISTINCT query) = 2 FROM alertd.v_events WHERE kind = 'query' AND NOT open", seconds: 60)
        // The decoys are encoded behind the cameras: until then levels are as shipped, and verdicts wait.
        let first = try events(site).filter { $0.query == "rejected" }
        #expect(first.allSatisfy { $0.level?.basis == "provisional" && $0.level?.raisedBy == 0 })
        for event in first {
            let said = try AlertdProgram.run([
                "events", "verdict", "\(event.id)", "normal", "--config", site.configuration,
            ])
            #expect(said.status == 0, "\(said.errors)")
        }
        let file = URL(filePath: site.state + "/calibration/yard")
        #expect(eventually(60) { FileManager.default.fileExists(atPath: file.path) }, "\(site.log())")
        try expectRaised(site, after: try events(site).map(\.id).max() ?? 0)
        #expect(try site.stop().outcome.status == 0)

        try site.start()
        try site.waitForLog("is ready", seconds: 60)
        pass(Self.lap)
        try expectRaised(site, after: try events(site).map(\.id).max() ?? 0)
        #expect(try site.stop().outcome.status == 0)
    }

    /// Within the next laps the one query tells of cars at its shipped level, and the other of none, or at a higher level.
    private func expectRaised(_ site: DaemonSite, after last: Int64) throws {
        try site.waitForRow(
            "SELECT count(*) > 1 FROM alertd.v_events WHERE id > \(last) AND query = 'kept'", seconds: 60)
        let later = try events(site).filter { $0.id > last }
        #expect(later.filter { $0.query == "kept" }.allSatisfy { $0.level?.raisedBy == 0 }, "\(later)")
        #expect(later.filter { $0.query == "rejected" }.allSatisfy { ($0.level?.raisedBy ?? 0) > 0 }, "\(later)")
    }
}
