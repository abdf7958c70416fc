import Base
import Testing

@Suite("Bounded queue", .timeLimit(.minutes(5)))
struct BoundedQueueTests {
    private struct Broken: Error {}

    private final class Counter: Sendable {
        private let count = Locked(0)
        var value: Int { count.withLock { $0 } }
        func increment() { count.withLock { $0 += 1 } }
    }

    @Test("hands elements over in order and ends")
    func order() async throws {
        let queue = BoundedQueue<Int>(countLimit: 3)
        async let produced: Void = {
            for i in 0..<1000 { _ = await queue.push(i) }
            queue.finish()
        }()
        var taken: [Int] = []
        for try await element in queue { taken.append(element) }
        await produced
        #expect(taken == Array(0..<1000))
        #expect(queue.dropped == 0)
    }

    @Test("a producer waits while the count is at its bound")
    func producerWaits() async throws {
        let queue = BoundedQueue<Int>(countLimit: 2)
        let pushed = Counter()
        async let producing: Void = {
            for i in 0..<5 where await queue.push(i) { pushed.increment() }
            queue.finish()
        }()
        while queue.count < 2 { await Task.yield() }
        for _ in 0..<100 { await Task.yield() }
        #expect(pushed.value == 2)
        var count = 0
        while try await queue.next() != nil { count += 1 }
        #expect(count == 5)
        await producing
    }

    @Test("bounds the cost, yet takes one element that exceeds it")
    func cost() async throws {
        let queue = BoundedQueue<Int>(countLimit: 10, costLimit: 100, cost: { $0 })
        #expect(await queue.push(1000))
        queue.offer(60)
        #expect(queue.count == 1 && queue.dropped == 1)
        queue.offer(30)
        #expect(queue.count == 2)
        queue.offer(20)
        #expect(queue.count == 2 && queue.dropped == 2)
        #expect(try await queue.next() == 30)
    }

    @Test("an error reaches the consumer after the last element")
    func failure() async throws {
        let queue = BoundedQueue<Int>(countLimit: 2)
        queue.offer(1)
        queue.finish(throwing: Broken())
        #expect(try await queue.next() == 1)
        await #expect(throws: Broken.self) { try await queue.next() }
        #expect(try await queue.next() == nil)
        #expect(await !queue.push(2))
        #expect(!queue.offer(3))
    }

    @Test("cancelling either side lets it go on", arguments: [true, false])
    func cancellation(ofProducer: Bool) async throws {
        let queue = BoundedQueue<Int>(countLimit: 1)
        if ofProducer { queue.offer(0) }
        await withTaskGroup(of: Bool.self) { group in
            group.addTask {
                if ofProducer { return await queue.push(1) }
                return ((try? await queue.next()) ?? nil) != nil
            }
            for _ in 0..<50 { await Task.yield() }
            group.cancelAll()
            for await wentThrough in group { #expect(!wentThrough) }
        }
    }

    @Test("elements, ends and cancellations that meet at the same moment leave nobody waiting")
    func meeting() async {
        let queue = BoundedQueue<Int>(countLimit: 1)
        await withTaskGroup(of: Void.self) { group in
            group.addTask {
                for turn in 0..<20_000 {
                    await withTaskGroup(of: Void.self) { race in
                        race.addTask { for _ in 0..<(turn % 5) { await Task.yield() } }
                        race.addTask { _ = try? await queue.next() }
                        await race.next()
                        race.cancelAll()
                    }
                }
            }
            group.addTask {
                for turn in 0..<40_000 {
                    queue.offer(turn)
                    if turn % 3 == 0 { await Task.yield() }
                }
            }
        }
        #expect(queue.count <= 1)
    }
}
