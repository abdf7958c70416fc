import Anomaly
import Base
import Foundation
import Testing

@Suite("Coreset bank", .timeLimit(.minutes(5)))
struct CoresetBankTests {
    private func time(_ second: Int) -> WallTime { WallTime(microseconds: Int64(second) * 1_000_000) }

    @Test("distances are those of a plain search, on odd sizes", arguments: [(3, 1), (17, 5), (33, 7), (100, 31)])
    func plain(count: Int, width: Int) {
        var random = SeededRandom(UInt64(count))
        for metric in [CoresetBank.Metric.cosine, .euclidean] {
            var bank = CoresetBank(capacity: count + 1, width: width, radius: 0, metric: metric)
            var kept: [[Float]] = []
            for second in 0..<count {
                let vector = VectorSum.unit(random.vector(width, length: 1))
                bank.insert(vector, at: time(second))
                kept.append(vector)
            }
            let query = VectorSum.unit(random.vector(width, length: 1))
            let found = bank.distances([query])[0].sorted()
            let expected = kept.map { vector -> Float in
                let dot = VectorSum.dot(vector, query)
                return metric == .cosine ? max(0, 1 - dot) : max(0, 2 - 2 * dot).squareRoot()
            }.sorted()
            guard width > 1 else { continue }  // one-dimensional unit vectors coincide
            #expect(found.count == count)
            #expect(zip(found, expected).allSatisfy { abs($0 - $1) < 2e-3 })
        }
    }

    @Test("a full bank still covers everything it was shown, within its radius", arguments: [1, 2, 3])
    func cover(seed: UInt64) {
        var random = SeededRandom(seed)
        var bank = CoresetBank(capacity: 24, width: 4, radius: 0.001)
        var shown: [[Float]] = []
        for second in 0..<600 {
            let vector = VectorSum.unit(random.vector(4, length: 1))
            bank.insert(vector, at: time(second))
            shown.append(vector)
        }
        #expect(bank.count <= 24)
        let farthest = bank.distances(shown).map { $0.min() ?? 2 }.max() ?? 2
        // Whatever was dropped lay within the radius of what stayed, and that may have been dropped once more.
        #expect(farthest <= 4 * bank.radius, "\(farthest) with radius \(bank.radius)")
    }

    @Test("a bank that was stored is the same bank")
    func stored() throws {
        var random = SeededRandom(5)
        var bank = CoresetBank(capacity: 16, width: 6, radius: 0.01)
        for second in 0..<50 { bank.insert(VectorSum.unit(random.vector(6, length: 1)), at: time(second)) }
        let encoder = PropertyListEncoder()
        var copy = try PropertyListDecoder().decode(CoresetBank.self, from: try encoder.encode(bank))
        for second in 50..<100 {
            let vector = VectorSum.unit(random.vector(6, length: 1))
            #expect(bank.distances([vector]) == copy.distances([vector]))
            bank.insert(vector, at: time(second))
            copy.insert(vector, at: time(second))
        }
        #expect(bank.radius == copy.radius)
    }
}
