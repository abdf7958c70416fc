import Base
import Testing

@Suite("Order statistics")
struct OrderStatisticTests {
    @Test(
        "give what sorting gives, at every rank, also of equal values", arguments: [1, 2, 3, 10, 101, 1000],
        [3, 1_000_000])
    func ranks(count: Int, kinds: Int) {
        var numbers = SystemRandomNumberGenerator()
        let values = (0..<count).map { _ in Float(Int.random(in: 0..<kinds, using: &numbers)) - 100 }
        let sorted = values.sorted()
        for rank in stride(from: 0, to: count, by: max(1, count / 50)) {
            var left = values
            #expect(OrderStatistic.value(at: rank, of: &left) == sorted[rank], "rank \(rank) of \(values)")
            #expect(left.sorted() == sorted)
        }
    }

    @Test("of values in order, against it and all the same", arguments: [0, 499, 500, 999])
    func ordered(rank: Int) {
        let rising = (0..<1000).map(Float.init)
        for (values, expected) in [
            (rising, rising[rank]), (rising.reversed(), rising[rank]), ([Float](repeating: 7, count: 1000), 7),
        ] {
            var left = values
            #expect(OrderStatistic.value(at: rank, of: &left) == expected)
        }
    }

    @Test("end with infinities and what is no number among the values")
    func special() {
        var values: [Float] = [.nan, 1, .infinity, .nan, -.infinity, 0, .nan, 2]
        for rank in values.indices { _ = OrderStatistic.value(at: rank, of: &values) }
        #expect(values.count { $0.isNaN } == 3 && values.contains(2))
    }
}
