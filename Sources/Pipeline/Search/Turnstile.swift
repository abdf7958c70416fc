/// Lets so many in at a time; others wait in the order they came, so many at most.
package actor Turnstile {
    private let mostWaiting: Int
    private var free: Int
    private var waiting: [CheckedContinuation<Void, Never>] = []

    /// `places` may be inside.
    package init(places: Int, mostWaiting: Int) {
        precondition(places > 0 && mostWaiting >= 0, "\(places) places, \(mostWaiting) waiting")
        (free, self.mostWaiting) = (places, mostWaiting)
    }

    /// Runs `body` when there is a place. Throws ``SearchError/busy(waiting:)`` when too many wait, `CancellationError`, and what
    /// `body` throws.
    package nonisolated func pass<Result: Sendable>(_ body: @Sendable () async throws -> Result) async throws -> Result
    {
        try await enter()
        do {
            try Task.checkCancellation()
            let result = try await body()
            await leave()
            return result
        } catch {
            await leave()
            throw error
        }
    }

    private func enter() async throws {
        guard free == 0 else {
            free -= 1
            return
        }
        guard waiting.count < mostWaiting else { throw SearchError.busy(waiting: waiting.count) }
        await withCheckedContinuation { waiting.append($0) }
    }

    private func leave() {
        // Whoever waits longest takes the place over.
        if waiting.isEmpty { free += 1 } else { waiting.removeFirst().resume() }
    }
}
