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

    func hold(until gate: Gate) { gate.wait() }
    func note(_ number: Int) { order.append(number) }
    func noted() -> [Int] { order }
}

/// Blocks a thread until it is opened, and tells when one has come to it.
private final class Gate: Sendable {
    private let state = Locked((reached: false, open: false))

    var isReached: Bool { state.withLock { $0.reached } }
    var isOpen: Bool { state.withLock { $0.open } }

    func open() { state.withLock { $0.open = true } }

    func wait() {
        state.withLock { $0.reached = true }
        while !isOpen { usleep(1000) }
    }
}

@Suite("Thread executor", .timeLimit(.minutes(5)))
struct ThreadExecutorTests {
    @Test("runs an actor's jobs on one thread of its own, named")
    func oneThread() async {
        let worker = Worker()
        for _ in 0..<20 { #expect(await worker.threadName() == "worker-under-te") }
    }

    @Test("runs them in the order they came")
    func order() async throws {
        let worker = Worker()
        let gate = Gate()
        Task { await worker.hold(until: gate) }
        while !gate.isReached { try await Task.sleep(for: .milliseconds(5)) }
        for number in 1...3 {
            let started = Gate()
            Task(priority: number == 3 ? .high : .background) {
                started.open()
                await worker.note(number)
            }
            while !started.isOpen { try await Task.sleep(for: .milliseconds(5)) }
            // The job is queued a moment after its task said that it runs.
            try await Task.sleep(for: .milliseconds(100))
        }
        gate.open()
        while await worker.noted().count < 3 { try await Task.sleep(for: .milliseconds(5)) }
        #expect(await worker.noted() == [1, 2, 3])
    }
}
