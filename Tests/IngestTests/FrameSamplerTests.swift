import Ingest
import Testing

@Suite("Frame sampler", .timeLimit(.minutes(5)))
struct FrameSamplerTests {
    /// How many of the frames at `times` a sampler of `rate` takes.
    private func taken(_ times: [Double], rate: Double, tick: Double = 1.0 / 90_000) -> [Double] {
        var sampler = FrameSampler(rate: rate)
        return times.filter { sampler.takes(run: 0, seconds: $0, tick: tick) }
    }

    /// Frames a second of the recording, and rate.
    private static let rates: [(Double, Double)] = [
        (25, 1), (25, 2), (25, 3), (30, 1), (30, 7), (29.97, 5), (10, 10), (25, 25), (12.5, 0.5), (50, 0.1), (60, 59),
    ]

    @Test("takes media seconds × rate frames within one, from any first time", arguments: rates)
    func regular(fps: Double, rate: Double) {
        for first in [0.0, 1.4, 10.0, 95_443.7] {
            let times = (0..<1000).map { first + Double($0) / fps }
            let count = Double(taken(times, rate: rate).count)
            #expect(abs(count - 1000 / fps * rate) <= 1, "\(fps) fps at \(rate) from \(first): \(count)")
        }
    }

    @Test("takes every frame when the rate lies above the recording's", arguments: [25.0, 26, 30, 1000])
    func above(rate: Double) {
        let times = (0..<500).map { Double($0) / 25 }
        #expect(taken(times, rate: rate).count == 500)
    }

    @Test("takes every frame at the recording's own rate from times rounded or cut to milliseconds")
    func rounded() {
        let exact = (0..<300).map { Double($0) / 30 }
        #expect(taken(exact.map { ($0 * 1000).rounded() / 1000 }, rate: 30, tick: 0.001).count == 300)
        #expect(taken(exact.map { ($0 * 1000).rounded(.down) / 1000 }, rate: 30, tick: 0.001).count == 300)
    }

    @Test("serves each slot with the first frame that reaches it")
    func slots() {
        #expect(taken([0, 0.4, 0.9, 1.1, 1.2, 1.9, 2.0, 2.5, 3.3], rate: 1) == [0, 1.1, 2.0, 3.3])
    }

    @Test("does not burst after a gap")
    func gap() {
        let times = [0, 0.5, 1, 1.5, 20.3, 20.4, 20.8, 21, 21.5].map { $0 + 3 }
        #expect(taken(times, rate: 1) == [3, 4, 23.3, 24])
    }

    @Test("starts a grid of its own in every run")
    func runs() {
        var sampler = FrameSampler(rate: 1)
        let times = [(0, 5.0), (0, 5.5), (1, 0.2), (1, 1.1), (1, 1.2)]
        let taken = times.map { sampler.takes(run: $0.0, seconds: $0.1) }
        #expect(taken == [true, false, true, false, true])
    }

    @Test("is not misled by a container whose tick is as long as a frame")
    func coarseTick() {
        let times = (0..<100).map { Double($0) / 10 }
        #expect(taken(times, rate: 1, tick: 0.1).count == 10)
        #expect(taken(times, rate: 1, tick: 0.1)[1] == 1.0)
    }
}
