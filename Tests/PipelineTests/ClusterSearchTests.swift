import Base
import Foundation
import Pipeline
import Store
import Testing

@Suite("Answers of several nodes", .timeLimit(.minutes(5)))
struct ClusterSearchTests {
    private func hit(
        _ start: Double, _ end: Double, _ score: Double, camera: String = "gate",
        evidence: FootageSearch.Hit.Evidence = .pictures
    ) throws -> FootageSearch.Hit {
        let noon = WallTime(microseconds: 1_777_636_800_000_000)
        return FootageSearch.Hit(
            camera: try #require(CameraID(camera)),
            during: TimeSpan(start: noon.advanced(bySeconds: start), end: noon.advanced(bySeconds: end)), score: score,
            evidence: evidence, event: nil)
    }

    @Test("what two nodes found of one camera at one time is one answer, with the better score; the rest stays")
    func merged() throws {
        let ours = [try hit(0, 10, 0.5), try hit(30, 40, 0.9), try hit(100, 110, 0.2)]
        let theirs = [
            try hit(8, 32, 0.7, evidence: .both), try hit(5, 6, 0.8, camera: "yard"), try hit(110, 120, 0.3),
        ]
        let all = ClusterSearch.merged(ours, theirs).sorted { $0.cursor < $1.cursor }
        #expect(all.map(\.score) == [0.9, 0.8, 0.3, 0.2])
        #expect(all[0].during == TimeSpan(start: ours[0].during.start, end: ours[1].during.end))
        #expect(all[0].evidence == .pictures && all[1].camera.name == "yard")
        #expect(ClusterSearch.merged([], theirs).count == 3 && ClusterSearch.merged(ours, []).count == 3)
    }

    @Test("another node's answer is believed as far as it is one")
    func decoding() throws {
        let original = try hit(1.2345, 9, 0.123_456_789)
        func json(_ cursor: String, _ end: String, _ more: String = "") -> Data {
            Data(#"{"cursor":"\#(cursor)","end":"\#(end)","evidence":"both"\#(more)}"#.utf8)
        }
        let read = try JSONDecoder().decode(
            PeerHit.self,
            from: json(original.cursor.description, original.during.end.description, #","event_id":7,"x":1"#))
        #expect(read.score == original.score && read.during == original.during && read.eventID == 7)
        #expect(read.evidence == .both && read.camera == original.camera)
        // An end before the start is no span.
        let instant = try JSONDecoder().decode(
            PeerHit.self, from: json(original.cursor.description, "2001-01-01T00:00:00.000Z"))
        #expect(instant.during.seconds == 0)
        for wrong in [json("x", "2026-05-01T12:00:00Z"), json(original.cursor.description, "soon"), Data("[]".utf8)] {
            #expect(throws: DecodingError.self) { try JSONDecoder().decode(PeerHit.self, from: wrong) }
        }
    }
}
