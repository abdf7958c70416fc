import Grounding
import Testing

@Suite("TFVTG")
struct TFVTGTests {
    @Test("finds the one event of a step, from its rise to its fall")
    func step() throws {
        let curve: [Float] = [0, 0, 0, 0, 0.9, 0.95, 0.9, 0.9, 0, 0, 0, 0]
        let found = TFVTG(.init(stride: 1, longest: 12)).proposals(similarity: curve)
        let best = try #require(found.first)
        #expect(best.window.upperBound == 8)
        #expect(best.window.lowerBound >= 4)
        #expect(best.confidence == 1)
    }

    @Test("finds each of several like events before any window that holds them all")
    func several() {
        var curve = [Float](repeating: 0, count: 60)
        for event in [5..<12, 25..<33, 48..<55] { for frame in event { curve[frame] = 0.9 } }
        let found = TFVTG(.init(stride: 1, longest: 60)).proposals(similarity: curve)
        #expect(Set(found.prefix(3).map(\.window)) == [5..<12, 25..<33, 48..<55])
    }

    @Test("with one clean event, the published rule finds no window that holds it and the others do")
    func cleanEvent() {
        let curve: [Float] = [0, 0, 0, 0.9, 0.9, 0.9, 0, 0, 0]
        func best(_ rule: TFVTG.Outside) -> Range<Int>? {
            TFVTG(.init(stride: 1, longest: 9, outside: rule)).proposals(similarity: curve).first?.window
        }
        #expect(best(.allFrames) == 3..<6)
        #expect(best(.aboveMaskOrZero) == 3..<6)
        #expect(best(.aboveMask) != 3..<6)
    }

    @Test("says nothing when no similarity rises above the mask", arguments: [0, 1, 2, 9])
    func silence(count: Int) {
        let curve = [Float](repeating: 0.1, count: count)
        #expect(TFVTG(.init(stride: 1, longest: 9)).proposals(similarity: curve).isEmpty)
    }
}
