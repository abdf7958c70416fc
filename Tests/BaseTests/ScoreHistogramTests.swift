import Base
import Foundation
import Testing

@Suite("backgrounds of similarities")
struct ScoreHistogramTests {
    /// A share of the scores around `high`, the rest around `low`, each ± 0.03.
    private func histogram(high: Double, low: Double, share: Double, count: Int = 20_000) -> ScoreHistogram {
        var histogram = ScoreHistogram(halfLife: 1e6)
        var state: UInt64 = 9
        func uniform() -> Double {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Double(state >> 11) / Double(1 << 53)
        }
        for index in 0..<count {
            let noise = (0..<12).reduce(-6.0) { sum, _ in sum + uniform() } * 0.03
            histogram.insert((uniform() < share ? high : low) + noise, at: Double(index) / 100)
        }
        return histogram
    }

    @Test("what the thing itself does to the scores does not belong to the background", arguments: [0.001, 0.02, 0.3])
    func components(share: Double) throws {
        let background = try #require(histogram(high: 0.5, low: 0.1, share: share).background)
        #expect(abs(background.mean - 0.1) < 0.01 && abs(background.deviation - 0.03) < 0.01, "\(background)")
    }

    @Test("a single component is the background as a whole")
    func single() throws {
        let all = histogram(high: 0, low: 0.1, share: 0)
        let background = try #require(all.background)
        #expect(abs(background.mean - 0.1) < 0.015 && abs(background.deviation - 0.03) < 0.015, "\(background)")
        let median = try #require(all.medianBackground)
        #expect(abs(median.mean - 0.1) < 0.01 && abs(median.deviation - 0.03) < 0.005, "\(median)")
    }

    @Test("a histogram that was stored is the same, in few bytes; a damaged one is refused")
    func stored() throws {
        let encoder = PropertyListEncoder()
        encoder.outputFormat = .binary
        for histogram in [ScoreHistogram(halfLife: 5), histogram(high: 0.5, low: 0.1, share: 0.1)] {
            let bytes = try encoder.encode([histogram])
            #expect(bytes.count < 1500)
            #expect(try PropertyListDecoder().decode([ScoreHistogram].self, from: bytes) == [histogram])
        }
        let json = JSONEncoder()
        let whole = String(decoding: try json.encode(histogram(high: 0.5, low: 0.1, share: 0.1)), as: UTF8.self)
        let first = try #require(whole.firstMatch(of: /"first":\d+/)).output
        for bad in ["\"first\":-1", "\"first\":399", "\"first\":\(Int.max)"] {
            let text = whole.replacing(first, with: bad)
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(ScoreHistogram.self, from: Data(text.utf8))
            }
        }
        for bad in ["\"AAAA\"", "\"AADAfw==\"", "\"AACAvw==\""] {
            let text = "{\"halfLife\":5,\"first\":0,\"counts\":\(bad)}"
            #expect(throws: DecodingError.self) {
                try JSONDecoder().decode(ScoreHistogram.self, from: Data(text.utf8))
            }
        }
    }

    @Test("nothing, one score, scores beyond the ends, scores taken back")
    func edges() throws {
        var histogram = ScoreHistogram(halfLife: 10)
        #expect(histogram.background == nil && histogram.medianBackground == nil && histogram.total == 0)
        histogram.insert(0.25, at: 0)
        #expect(abs(try #require(histogram.background).mean - 0.25) < 0.01)
        histogram.insert(7, at: 0)
        histogram.insert(-7, at: 0)
        #expect(histogram.total == 3)
        histogram.insert(7, at: 0, weight: -5)
        #expect(histogram.total == 2)
        histogram.insert(0.25, at: 1000)  // a hundred half-lives later
        #expect(abs(histogram.total - 1) < 1e-3)
    }
}
