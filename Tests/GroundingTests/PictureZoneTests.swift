import Base
import Grounding
import Testing

@Suite("Zones of the picture")
struct PictureZoneTests {
    private let left = PictureZone(name: "left", corners: [(0, 0), (0.5, 0), (0.5, 1), (0, 1)])

    @Test("a look lies in the zone when its middle does, or enough of it")
    func looks() {
        #expect(left.holds(Box(left: 0.1, top: 0.4, right: 0.3, bottom: 0.6)))
        #expect(left.holds(Box(left: 0.3, top: 0.4, right: 0.6, bottom: 0.6)))
        #expect(left.holds(Box(left: 0.4, top: 0.4, right: 0.7, bottom: 0.6)))
        #expect(!left.holds(Box(left: 0.45, top: 0.4, right: 0.8, bottom: 0.6)))
        #expect(!left.holds(Box(left: 0.6, top: 0.4, right: 0.8, bottom: 0.6)))
    }

    @Test("a look at the whole picture is in no zone but one that covers most of it")
    func whole() {
        #expect(!left.holds(.whole))
        #expect(PictureZone(name: "most", corners: [(0, 0), (1, 0), (1, 0.9), (0, 0.9)]).holds(.whole))
    }

    @Test("a query in a zone sees the looks there and no others")
    func scores() {
        let looks = [
            FrameEncoding.Look(box: Box(left: 0.6, top: 0, right: 0.9, bottom: 0.3), values: [1, 0]),
            FrameEncoding.Look(box: Box(left: 0.1, top: 0, right: 0.3, bottom: 0.3), values: [0.6, 0.8]),
        ]
        let frame = FrameEncoding(time: WallTime(microseconds: 0), looks: looks)
        let query = TextEncoding(text: "it", values: [1, 0])
        let scorer = SaliencyScorer(queries: [query, query], constants: .unfitted)
        let right = PictureZone(name: "top", corners: [(0, 0.9), (1, 0.9), (1, 1), (0, 1)])
        let scores = scorer.score(frame, zones: [left, nil])
        #expect(scores[0].box == looks[1].box && scores[1].box == looks[0].box && scores[0].value < scores[1].value)
        #expect(scorer.score(frame, zones: [right, right]).map(\.value) == [0, 0])
        #expect(scorer.score(frame).map(\.box) == [looks[0].box, looks[0].box])
    }
}
