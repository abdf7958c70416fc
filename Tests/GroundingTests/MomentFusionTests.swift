import Grounding
import Testing

@Suite("moment fusion")
struct MomentFusionTests {
    private func moment(_ start: Double, _ end: Double, _ confidence: Double = 1) -> RatedMoment {
        RatedMoment(start: start, end: end, confidence: confidence)
    }

    @Test("the span that most agree on comes first, empty ones last")
    func vote() {
        let fusion = MomentFusion()
        let ranked = fusion.select([moment(0, 0), moment(50, 60), moment(10, 20), moment(11, 20), moment(10, 21)])
        #expect(Set(ranked.prefix(3).map(\.start)) == [10, 11])
        #expect(ranked.last == moment(0, 0))
        #expect(fusion.select([]).isEmpty)
    }

    @Test("parts in sequence may not overlap, and simultaneous ones must")
    func relations() {
        let parts = [[moment(0, 10), moment(30, 40)], [moment(5, 15), moment(10, 20)]]
        let fusion = MomentFusion()
        #expect(fusion.joined(parts, relation: .sequential) == [moment(0, 20)])
        #expect(fusion.joined(parts, relation: .simultaneous) == [moment(0, 15), moment(0, 20)])
        #expect(fusion.joined(parts, relation: .single).count == 4)
        #expect(fusion.joined([], relation: .single).isEmpty)
    }

    @Test("more parts than can be joined are not joined, whatever their number")
    func bounded() {
        let part = [moment(0, 1), moment(1, 2), moment(2, 3)]
        let many = Array(repeating: part, count: MomentFusion.mostParts + 30)
        #expect(MomentFusion().joined(many, relation: .single).isEmpty)
    }

    @Test("a part's wordings decide when the whole sentence is ambiguous")
    func ranking() {
        let decomposition = QueryDecomposition(
            relation: .sequential, paraphrases: ["b"], parts: [["first"], ["second"]])
        let answers = [
            "a": [moment(0, 8, 1), moment(40, 60, 0.95)], "b": [moment(42, 60, 1), moment(0, 8, 0.9)],
            "first": [moment(41, 50)], "second": [moment(50, 61)],
        ]
        let ranked = MomentFusion().ranking(of: "a", decomposition) { answers[$0] ?? [] }
        #expect(ranked.first.map { $0.start >= 40 && $0.end >= 60 } == true)
        #expect(MomentFusion().ranking(of: "x", .none) { _ in [] }.isEmpty)
    }
}
