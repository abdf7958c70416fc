import Base
import Pipeline
import Testing

@Suite("Frames that tell of an event")
struct TellingFramesTests {
    private func time(_ second: Int) -> WallTime { WallTime(microseconds: Int64(second) * 1_000_000) }

    @Test("are those where an anomaly is strangest, in order and each once")
    func mass() {
        let times = (0..<20).map(time)
        let scores = (0..<20).map { (at: time($0), score: (12..<16).contains($0) ? 6.0 : 0.3) }
        let chosen = TellingFrames.positions(of: times, scores: scores, count: 4)
        #expect(chosen == chosen.sorted() && Set(chosen).count == chosen.count && (2...4).contains(chosen.count))
        // Evenly spread, one of four would be.
        #expect(chosen.count { (12..<16).contains($0) } >= 2, "\(chosen)")
    }

    @Test("are spread evenly without scores, and all of them where there are few")
    func even() {
        let times = (0..<10).map(time)
        #expect(TellingFrames.positions(of: times, scores: [], count: 4) == [0, 3, 6, 9])
        #expect(TellingFrames.positions(of: Array(times.prefix(3)), scores: [(time(1), 5)], count: 4) == [0, 1, 2])
        #expect(TellingFrames.positions(of: [], scores: [], count: 4).isEmpty)
    }
}
