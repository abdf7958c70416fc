import Base
import Foundation
import Testing

private actor Worker {
    private let executor = ThreadExecutor(name: "worker-under-test")
    private var order: [Int] = []

    nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

    func threadName() -> String {
        let text = try? String(contentsOf: URL(filePath: "/proc/thread-self/comm"), encoding: .utf8)
        return (text ?? "").trimmingCharacters(in: .whitespacesAndNewlines)
    }

    func hold(milliseconds: UInt32) { usleep(milliseconds * 1000) }
    func note(_ number: Int) { order.append(number) }
    func noted() -> [Int] { order }
}

@Suite("Thread executor", .timeLimit(.minutes(1)))
struct ThreadExecutorTests {
    @Test("runs an actor's jobs on one thread of its own, named")
    func oneThread() async {
        let worker = Worker()
        for _ in 0..<20 { #expect(await worker.threadName() == "worker-under-te") }
    }

    @Test("takes live work before a person's before descriptions")
    func lanes() async throws {
        let worker = Worker()
        // Loose tasks, because waiting for a child raises its priority to the waiter's.
        Task(priority: .high) { await worker.hold(milliseconds: 200) }
        try await Task.sleep(for: .milliseconds(50))
        Task(priority: .background) { await worker.note(3) }
        Task(priority: .medium) { await worker.note(2) }
        Task(priority: .high) { await worker.note(1) }
        while await worker.noted().count < 3 { try await Task.sleep(for: .milliseconds(5)) }
        #expect(await worker.noted() == [1, 2, 3])
    }
}
