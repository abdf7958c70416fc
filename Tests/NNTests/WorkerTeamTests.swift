import NN
import Synchronization
import Testing

@Suite("worker teams")
struct WorkerTeamTests {
    /// How often each item was run.
    private final class Tally: Sendable {
        private let counts: Mutex<[Int]>
        init(_ count: Int) { counts = Mutex(Array(repeating: 0, count: count)) }
        func note(_ item: Int) { counts.withLock { $0[item] += 1 } }
        var values: [Int] { counts.withLock { $0 } }
    }

    @Test("every item runs once, whatever the size of the team", arguments: [1, 2, 3, 5], [0, 1, 2, 7, 1000])
    func once(threads: Int, count: Int) {
        let team = WorkerTeam(threads: threads)
        #expect(team.threads == threads)
        for _ in 0..<20 {
            let tally = Tally(count)
            team.lead { WorkerTeam.share(count) { tally.note($0) } }
            #expect(tally.values == Array(repeating: 1, count: count))
        }
    }

    @Test("more items than one job takes")
    func manyItems() {
        let sum = Atomic(0)
        WorkerTeam(threads: 3).lead {
            WorkerTeam.share(200_000) { sum.add($0, ordering: .relaxed) }
        }
        #expect(sum.load(ordering: .relaxed) == 200_000 * 199_999 / 2)
    }

    @Test("a loop inside a loop runs, and leading ends with its scope")
    func nesting() {
        let team = WorkerTeam(threads: 2)
        let inner = Atomic(0)
        #expect(WorkerTeam.participants == 1)
        team.lead {
            #expect(WorkerTeam.participants == 2)
            WorkerTeam.share(10) { _ in WorkerTeam.share(10) { _ in inner.add(1, ordering: .relaxed) } }
            WorkerTeam(threads: 1).lead { #expect(WorkerTeam.participants == 1) }
            #expect(WorkerTeam.participants == 2)
        }
        #expect(WorkerTeam.participants == 1)
        #expect(inner.load(ordering: .relaxed) == 100)
    }

    @Test("threads that lead one team at the same time all finish their work")
    func rivals() async {
        let team = WorkerTeam(threads: 3)
        let sums = await withTaskGroup(of: Int.self) { group in
            for rival in 0..<4 {
                group.addTask {
                    let sum = Atomic(0)
                    for _ in 0..<200 {
                        team.lead { WorkerTeam.share(50) { sum.add($0 * rival, ordering: .relaxed) } }
                    }
                    return sum.load(ordering: .relaxed) / max(rival, 1)
                }
            }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(sums.sorted() == [0, 245_000, 245_000, 245_000])
    }

    @Test("layers give the same numbers with and without a team", arguments: Precision.allCases)
    func sameNumbers(precision: Precision) {
        var random = RandomNumbers(seed: 11)
        let width = 96
        let layers = (0..<4).map { _ in
            Linear(
                weight: Tensor(rows: random.rows(width, width, range: 0.2)),
                bias: Tensor(random.floats(width), shape: [width]), precision: precision)
        }
        let attention = MultiHeadAttention(
            query: layers[0], key: layers[1], value: layers[2], output: layers[3], heads: 4)
        let norm = LayerNorm(
            weight: Tensor(random.floats(width), shape: [width]), bias: Tensor(random.floats(width), shape: [width]),
            epsilon: 1e-5)
        let x = Tensor(rows: random.rows(400, width))
        func pass() -> [Float] {
            var residual = x
            attention.add(norm(x), batch: 8, isCausal: false, to: &residual)
            return layers[0](norm(residual), activation: .geluTanh).values
        }
        let alone = pass()
        let shared = WorkerTeam(threads: 3).lead { pass() }
        if precision == .int8 || Instructions.best != .portable {
            #expect(alone == shared)
        } else {  // BLAS may cut a narrower product differently.
            expectClose([shared], [alone.map(Double.init)], 1e-4, "shared")
        }
    }
}
